// Links: what is known of them only once they are fetched.
#include <gtest/gtest.h>

#include <string>

#include "store/store_fixture.h"

namespace hitscope {
namespace {

using testing::sample_record;
using testing::sample_result;
using testing::why;

class StoreFetched : public testing::StoreTest {
 protected:
  void add_link(const std::string& id) {
    AnalysisRecord record = sample_record(id);
    record.name = "https://example.org/a";
    record.source_kind = "url";
    record.source_url = record.name;
    record.sha256.clear();
    record.bytes = 0;
    ASSERT_TRUE(store_->add(record));
  }

  AnalysisRecord found(const std::string& id) {
    const auto record = store_->find(sample_record(id).owner, id);
    EXPECT_TRUE(record && *record) << why(record);
    return record && *record ? **record : AnalysisRecord{};
  }

  static Store::Fetched fetched(std::string name) {
    return {.name = std::move(name), .sha256 = "abc", .bytes = 12345, .source_details = R"({"artist": "Ä"})"};
  }
};
HITSCOPE_ON_BOTH_DATABASES(StoreFetched);

TEST_P(StoreFetched, TellsWhatWasFetched) {
  add_link("a");
  EXPECT_EQ(found("a").source_details, "");
  EXPECT_EQ(store_->set_fetched("a", fetched("Night Transit")), true);
  const AnalysisRecord record = found("a");
  EXPECT_EQ(record.name, "Night Transit");
  EXPECT_EQ(record.sha256, "abc");
  EXPECT_EQ(record.bytes, 12345);
  EXPECT_EQ(record.source_details, R"({"artist": "Ä"})");
  EXPECT_EQ(record.source_url, "https://example.org/a");
  HistoryQuery query;
  query.search = "night";
  EXPECT_EQ(store_->list(record.owner, query)->analyses.size(), 1U) << "searched by its new name";
}

TEST_P(StoreFetched, KeepsTheVisitorsName) {
  add_link("a");
  EXPECT_EQ(store_->set_fetched("a", fetched("")), true);
  EXPECT_EQ(found("a").name, "https://example.org/a");
  EXPECT_EQ(found("a").sha256, "abc");
}

TEST_P(StoreFetched, LeavesWhatIsAtItsEndOrGone) {
  add_link("a");
  EXPECT_EQ(store_->end("a", AnalysisState::failed, "{}", 1), true);
  EXPECT_EQ(store_->set_fetched("a", fetched("x")), false);
  EXPECT_EQ(store_->set_fetched("none", fetched("x")), false);
  EXPECT_EQ(store_->finish_from_cache("a", "engine 1", 2), false);
}

TEST_P(StoreFetched, SharesTheResultOfEqualBytes) {
  add_link("a");
  ASSERT_EQ(store_->set_fetched("a", fetched("x")), true);
  EXPECT_EQ(store_->finish_from_cache("a", "engine 1", 7), false) << "nobody has measured them yet";
  EXPECT_EQ(store_->finish("a", "engine 1", sample_result(), 8), true);

  add_link("b");
  EXPECT_EQ(store_->finish_from_cache("b", "engine 1", 9), false) << "its bytes are not known yet";
  ASSERT_EQ(store_->set_fetched("b", fetched("y")), true);
  EXPECT_EQ(store_->finish_from_cache("b", "engine 2", 9), false);
  EXPECT_EQ(store_->finish_from_cache("b", "engine 1", 9), true);
  EXPECT_EQ(found("b").state, AnalysisState::done);
  EXPECT_EQ(found("b").finished_ms, 9);
  EXPECT_EQ(found("b").report, sample_result().report);
  EXPECT_EQ(count("results"), 1);
}

}  // namespace
}  // namespace hitscope
