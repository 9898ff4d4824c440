// Results are shared by analyses of equal bytes, and go with the last of them.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "store/store_fixture.h"

namespace hitscope {
namespace {

using testing::sample_record;
using testing::sample_result;
using testing::why;

class StoreSharing : public testing::StoreTest {
 protected:
  static AnalysisRecord of_bytes(std::string id, std::string owner, std::string sha256) {
    AnalysisRecord record = sample_record(std::move(id), std::move(owner));
    record.sha256 = std::move(sha256);
    return record;
  }
};
HITSCOPE_ON_BOTH_DATABASES(StoreSharing);

TEST_P(StoreSharing, FindsTheResultOfEqualBytes) {
  EXPECT_EQ(store_->add_from_cache(of_bytes("z", "ben", "x"), "engine 1"), false);
  add_done(of_bytes("a", "ann", "x"), sample_result());
  AnalysisRecord again = of_bytes("b", "ben", "x");
  again.created_ms = 5000;
  EXPECT_EQ(store_->add_from_cache(again, "engine 2"), false) << "another engine, another result";
  EXPECT_EQ(store_->add_from_cache(of_bytes("b", "ben", "y"), "engine 1"), false);
  EXPECT_EQ(store_->find("ben", "b"), std::nullopt);
  EXPECT_EQ(store_->add_from_cache(again, "engine 1"), true);

  const auto found = store_->find("ben", "b");
  ASSERT_TRUE(found && *found) << why(found);
  EXPECT_EQ((*found)->state, AnalysisState::done);
  EXPECT_EQ((*found)->created_ms, 5000);
  EXPECT_EQ((*found)->finished_ms, 5000);
  EXPECT_EQ((*found)->name, again.name) << "the name is the visitor's own";
  EXPECT_EQ((*found)->report, sample_result().report);
  EXPECT_EQ((*found)->probability, 0.1 + 0.2);
  EXPECT_EQ(store_->frames("ben", "b"), sample_result().frames);
  EXPECT_EQ(count("results"), 1);
  EXPECT_EQ(count("frames"), 1);

  again.id = "c";
  again.finished_ms = 5005;
  EXPECT_EQ(store_->add_from_cache(again, "engine 1"), true);
  EXPECT_EQ((*store_->find("ben", "c"))->finished_ms, 5005);
  EXPECT_FALSE(store_->add_from_cache(again, "engine 1")) << "the id is taken";
}

TEST_P(StoreSharing, KeepsTheFirstOfTwoEqualResults) {
  StoredResult second = sample_result();
  second.report = "{\"second\":1}";
  second.label = "FLOP";
  add_done(of_bytes("a", "ann", "x"), sample_result());
  add_done(of_bytes("b", "ben", "x"), second);
  EXPECT_EQ((*store_->find("ben", "b"))->report, sample_result().report);
  EXPECT_EQ(count("results"), 1);
  EXPECT_EQ(count("votes"), 2);
  add_done(of_bytes("c", "ben", "x"), second, "engine 2");
  EXPECT_EQ((*store_->find("ben", "c"))->report, second.report);
  EXPECT_EQ(count("results"), 2);
}

TEST_P(StoreSharing, SharesNothingThatIsUnknown) {
  add_done(of_bytes("a", "ann", ""), sample_result());
  StoredResult other = sample_result();
  other.report = "{\"other\":1}";
  add_done(of_bytes("b", "ben", ""), other);
  EXPECT_EQ((*store_->find("ann", "a"))->report, sample_result().report);
  EXPECT_EQ((*store_->find("ben", "b"))->report, other.report);
  EXPECT_EQ(count("results"), 2);
  EXPECT_EQ(store_->add_from_cache(of_bytes("c", "ann", ""), "engine 1"), false);
  ASSERT_TRUE(*store_->remove("ann", "a"));
  EXPECT_EQ(count("results"), 1);
}

TEST_P(StoreSharing, RemovesAResultWithItsLastAnalysis) {
  add_done(of_bytes("a", "ann", "x"), sample_result());
  EXPECT_EQ(store_->add_from_cache(of_bytes("b", "ben", "x"), "engine 1"), true);
  add_done(of_bytes("c", "cat", "x"), sample_result());
  add_done(of_bytes("d", "ann", "other"), sample_result());

  const auto removed = store_->remove("ann", "a");
  ASSERT_TRUE(removed && *removed) << why(removed);
  EXPECT_EQ((*removed)->state, AnalysisState::done);
  EXPECT_EQ((*removed)->spool_file, "");
  EXPECT_EQ(store_->find("ann", "a"), std::nullopt);
  EXPECT_FALSE(*store_->remove("ann", "a"));
  EXPECT_EQ(store_->frames("ben", "b"), sample_result().frames);
  ASSERT_TRUE(*store_->remove("cat", "c"));
  EXPECT_EQ(count("results"), 2);
  ASSERT_TRUE(*store_->remove("ben", "b"));
  EXPECT_EQ(count("results"), 1);
  EXPECT_EQ(count("frames"), 1);
  EXPECT_EQ(count("votes"), 2);
  EXPECT_EQ(store_->add_from_cache(of_bytes("e", "ben", "x"), "engine 1"), false);
  ASSERT_TRUE(*store_->remove("ann", "d"));
  for (const char* table : {"analyses", "results", "frames", "votes"}) EXPECT_EQ(count(table), 0) << table;
}

TEST_P(StoreSharing, RemovesInEveryState) {
  ASSERT_TRUE(store_->add(of_bytes("q", "ann", "x")));
  ASSERT_TRUE(store_->add(of_bytes("r", "ann", "x")));
  EXPECT_EQ(store_->set_running("r"), true);
  EXPECT_EQ((*store_->remove("ann", "q"))->state, AnalysisState::queued);
  EXPECT_EQ((*store_->remove("ann", "r"))->state, AnalysisState::running);
  EXPECT_EQ(store_->finish("r", "engine 1", sample_result(), 9), false) << "deleted while at work";
  EXPECT_EQ(count("results"), 0);
}

TEST_P(StoreSharing, NamesTheAudioThatNoOneNeeds) {
  for (const char* id : {"a", "b"}) {
    AnalysisRecord record = of_bytes(id, "ann", "x");
    record.spool_file = "shared";
    ASSERT_TRUE(store_->add(record));
  }
  EXPECT_EQ((*store_->remove("ann", "a"))->spool_file, "");
  EXPECT_EQ((*store_->remove("ann", "b"))->spool_file, "shared");
}

// PostgreSQL's files are its own affair.
class StoreTrace : public StoreSharing {};
INSTANTIATE_TEST_SUITE_P(File, StoreTrace, ::testing::Values(testing::Product::sqlite),
                         testing::product_name);

TEST_P(StoreTrace, LeavesNoTraceInTheFile) {
  const auto trace = [&](const std::string& word) {
    for (const char* suffix : {"", "-wal"}) {
      std::ifstream file(url_ + suffix, std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      if (bytes.find(word) != std::string::npos) return true;
    }
    return false;
  };
  AnalysisRecord record = of_bytes("a", "ann", "x");
  record.name = "Tell-tale name";
  StoredResult result = sample_result(20'000);
  result.report = R"({"secret":"Tell-tale report"})";
  add_done(record, result);
  add_done(of_bytes("b", "ann", "y"), sample_result());
  EXPECT_TRUE(trace("Tell-tale name"));
  EXPECT_TRUE(trace("Tell-tale report"));
  ASSERT_TRUE(*store_->remove("ann", "a"));
  EXPECT_FALSE(trace("Tell-tale"));
  EXPECT_FALSE(trace("tell-tale")) << "the copy that is searched";
}

}  // namespace
}  // namespace hitscope
