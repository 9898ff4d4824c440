#include "store/store.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/base64.h"
#include "store/store_fixture.h"

namespace hitscope {
namespace {

using std::string_literals::operator""s;
using testing::ids_of;
using testing::sample_record;
using testing::sample_result;
using testing::why;

class StoreCalls : public testing::StoreTest {};
HITSCOPE_ON_BOTH_DATABASES(StoreCalls);

TEST_P(StoreCalls, SaysWhatItIs) {
  const std::string product = GetParam() == testing::Product::sqlite ? "SQLite " : "PostgreSQL ";
  EXPECT_EQ(store_->description().find(product), 0U) << store_->description();
  EXPECT_TRUE(store_->description().ends_with(", schema 2")) << store_->description();
  EXPECT_EQ(store_->description().find('('), std::string::npos);
  EXPECT_TRUE(store_->check());
}

TEST_P(StoreCalls, NamesStates) {
  EXPECT_EQ(name_of(AnalysisState::queued), "queued");
  EXPECT_EQ(name_of(AnalysisState::running), "running");
  EXPECT_EQ(name_of(AnalysisState::done), "done");
  EXPECT_EQ(name_of(AnalysisState::failed), "failed");
  EXPECT_EQ(name_of(AnalysisState::interrupted), "interrupted");
  EXPECT_EQ(name_of(AnalysisState::cancelled), "cancelled");
}

TEST_P(StoreCalls, KeepsEveryFieldOfARequest) {
  AnalysisRecord record = sample_record("a");
  record.source_kind = "url";
  record.source_url = "https://example.org/watch?v=1&t=:x";
  record.spool_file = "spool-1";
  record.keep_audio_until_ms = 9'000'000'000'000;
  ASSERT_TRUE(store_->add(record));
  reopen();
  const auto found = store_->find("ann", "a");
  ASSERT_TRUE(found) << why(found);
  ASSERT_TRUE(*found);
  const AnalysisRecord& kept = **found;
  EXPECT_EQ(kept.id, "a");
  EXPECT_EQ(kept.owner, "ann");
  EXPECT_EQ(kept.state, AnalysisState::queued);
  EXPECT_EQ(kept.created_ms, 1000);
  EXPECT_EQ(kept.finished_ms, std::nullopt);
  EXPECT_EQ(kept.name, record.name);
  EXPECT_EQ(kept.source_kind, "url");
  EXPECT_EQ(kept.source_url, record.source_url);
  EXPECT_EQ(kept.sha256, record.sha256);
  EXPECT_EQ(kept.bytes, 5'000'000'000);
  EXPECT_EQ(kept.options, record.options);
  EXPECT_EQ(kept.spool_file, "spool-1");
  EXPECT_EQ(kept.keep_audio_until_ms, 9'000'000'000'000);
  EXPECT_EQ(kept.report, "");
  EXPECT_EQ(kept.error, "");
  EXPECT_EQ(kept.label, std::nullopt);
  EXPECT_EQ(kept.votes_for_hit, std::nullopt);
  EXPECT_EQ(kept.probability, std::nullopt);
  EXPECT_EQ(kept.duration_s, std::nullopt);
}

TEST_P(StoreCalls, KeepsEveryFieldOfAResult) {
  ASSERT_TRUE(store_->add(sample_record("a")));
  EXPECT_EQ(store_->set_running("a"), true);
  EXPECT_EQ((*store_->find("ann", "a"))->state, AnalysisState::running);
  EXPECT_EQ(store_->finish("a", "engine 1", sample_result(), 2000), true);
  reopen();
  const auto found = store_->find("ann", "a");
  ASSERT_TRUE(found && *found) << why(found);
  EXPECT_EQ((*found)->state, AnalysisState::done);
  EXPECT_EQ((*found)->finished_ms, 2000);
  EXPECT_EQ((*found)->report, sample_result().report);
  EXPECT_EQ((*found)->label, "HIT");
  EXPECT_EQ((*found)->votes_for_hit, 4);
  EXPECT_EQ((*found)->probability, 0.1 + 0.2);
  EXPECT_EQ((*found)->duration_s, 183.25);
  const auto frames = store_->frames("ann", "a");
  ASSERT_TRUE(frames && *frames) << why(frames);
  EXPECT_EQ(**frames, sample_result().frames);
  EXPECT_EQ(count("votes"), 2);

  const auto page = store_->list("ann", {});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->analyses.size(), 1U);
  EXPECT_EQ(page->analyses[0].report, "") << "a list does not carry reports";
  EXPECT_EQ(page->analyses[0].label, "HIT");
  EXPECT_EQ(page->analyses[0].votes_for_hit, 4);
  EXPECT_EQ(page->analyses[0].probability, 0.1 + 0.2);
  EXPECT_EQ(page->analyses[0].duration_s, 183.25);
}

TEST_P(StoreCalls, KeepsAResultThatKnowsLittle) {
  StoredResult result;
  result.report = "{}";
  result.probability = std::numeric_limits<double>::quiet_NaN();
  result.duration_s = std::numeric_limits<double>::infinity();
  result.votes = {{"knn", "HIT", std::nan("")}};
  add_done(sample_record("a"), result);
  const auto found = store_->find("ann", "a");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->report, "{}");
  EXPECT_EQ((*found)->label, std::nullopt);
  EXPECT_EQ((*found)->votes_for_hit, std::nullopt);
  EXPECT_EQ((*found)->probability, std::nullopt);
  EXPECT_EQ((*found)->duration_s, std::nullopt);
  const auto frames = store_->frames("ann", "a");
  ASSERT_TRUE(frames && *frames);
  EXPECT_TRUE((*frames)->empty());
}

TEST_P(StoreCalls, KeepsMegabytesOfFrames) {
  const StoredResult result = sample_result(3'000'001);
  add_done(sample_record("a"), result);
  EXPECT_EQ(store_->frames("ann", "a"), result.frames);
}

TEST_P(StoreCalls, HasNoFramesBeforeTheEnd) {
  ASSERT_TRUE(store_->add(sample_record("a")));
  EXPECT_EQ(store_->frames("ann", "a"), std::nullopt);
  EXPECT_EQ(store_->set_running("a"), true);
  EXPECT_EQ(store_->frames("ann", "a"), std::nullopt);
  EXPECT_EQ(store_->end("a", AnalysisState::failed, "{}", 5), true);
  EXPECT_EQ(store_->frames("ann", "a"), std::nullopt);
}

TEST_P(StoreCalls, RefusesWhatCannotBe) {
  ASSERT_TRUE(store_->add(sample_record("a")));
  const auto again = store_->add(sample_record("a", "ben"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::unreadable);
  // The visitor's data is not in the error, which may end in a log.
  EXPECT_EQ(why(again).find("Song"), std::string::npos) << why(again);
  EXPECT_EQ((*store_->find("ann", "a"))->owner, "ann");

  AnalysisRecord done = sample_record("b");
  done.state = AnalysisState::done;
  EXPECT_EQ(store_->add(done).error().kind, ErrorKind::internal);
  EXPECT_EQ(store_->add(sample_record("")).error().kind, ErrorKind::internal);
  for (const AnalysisState state : {AnalysisState::queued, AnalysisState::running, AnalysisState::done}) {
    EXPECT_EQ(store_->end("a", state, "", 1).error().kind, ErrorKind::internal);
  }
  EXPECT_EQ(count("analyses"), 1);
  EXPECT_TRUE(store_->add(sample_record("c"))) << "the connection is still of use";
}

TEST_P(StoreCalls, AddsWhatFailedAtOnce) {
  AnalysisRecord record = sample_record("a");
  record.state = AnalysisState::failed;
  record.finished_ms = 1001;
  record.error = R"({"type":"too-large"})";
  ASSERT_TRUE(store_->add(record));
  const auto found = store_->find("ann", "a");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->state, AnalysisState::failed);
  EXPECT_EQ((*found)->finished_ms, 1001);
  EXPECT_EQ((*found)->error, record.error);
}

TEST_P(StoreCalls, ChangesNothingThatIsAtItsEnd) {
  int number = 0;
  for (const AnalysisState last :
       {AnalysisState::done, AnalysisState::failed, AnalysisState::interrupted, AnalysisState::cancelled}) {
    for (const bool ran : {false, true}) {
      const std::string id = "a" + std::to_string(++number);
      ASSERT_TRUE(store_->add(sample_record(id)));
      if (ran) {
        EXPECT_EQ(store_->set_running(id), true);
        EXPECT_EQ(store_->set_running(id), true) << "taken up again after a crash";
      }
      if (last == AnalysisState::done) {
        EXPECT_EQ(store_->finish(id, "e", sample_result(), 7), true);
      } else {
        EXPECT_EQ(store_->end(id, last, "why", 7), true);
      }
      EXPECT_EQ(store_->set_running(id), false);
      EXPECT_EQ(store_->finish(id, "other", sample_result(), 8), false);
      for (const AnalysisState other :
           {AnalysisState::failed, AnalysisState::interrupted, AnalysisState::cancelled}) {
        EXPECT_EQ(store_->end(id, other, "other", 8), false);
      }
      const auto found = store_->find("ann", id);
      ASSERT_TRUE(found && *found);
      EXPECT_EQ((*found)->state, last);
      EXPECT_EQ((*found)->finished_ms, 7);
      EXPECT_EQ((*found)->error, last == AnalysisState::done ? "" : "why");
      EXPECT_EQ((*found)->report.empty(), last != AnalysisState::done);
    }
  }
  EXPECT_EQ(count("results"), 2) << "refused results leave nothing behind";
}

TEST_P(StoreCalls, ChangesNothingThatIsNotThere) {
  for (const std::string& id : {"none"s, ""s, "\xFF"s, "n\0ne"s, std::string(5000, 'x')}) {
    EXPECT_EQ(store_->set_running(id), false);
    EXPECT_EQ(store_->finish(id, "e", sample_result(), 1), false);
    EXPECT_EQ(store_->end(id, AnalysisState::failed, "", 1), false);
    EXPECT_EQ(store_->forget_spool(id), false);
    EXPECT_EQ(store_->find("ann", id), std::nullopt);
    EXPECT_EQ(store_->frames("ann", id), std::nullopt);
    const auto removed = store_->remove("ann", id);
    ASSERT_TRUE(removed) << why(removed);
    EXPECT_FALSE(*removed);
  }
  EXPECT_EQ(count("results"), 0);
  EXPECT_TRUE(store_->list("ann", {})->analyses.empty());
  EXPECT_TRUE(store_->unfinished()->empty());
  EXPECT_TRUE(store_->audio_due(1)->empty());
}

TEST_P(StoreCalls, ShowsNoOneAnothersAnalyses) {
  add_done(sample_record("a", "ann"), sample_result());
  add_done(sample_record("b", "ben"), sample_result());
  for (const std::string owner : {"ben", "", "ANN", "ann ", "%", "an_"}) {
    EXPECT_EQ(store_->find(owner, "a"), std::nullopt) << owner;
    EXPECT_EQ(store_->frames(owner, "a"), std::nullopt) << owner;
    const auto removed = store_->remove(owner, "a");
    ASSERT_TRUE(removed);
    EXPECT_FALSE(*removed) << owner;
    const auto page = store_->list(owner, {});
    ASSERT_TRUE(page);
    EXPECT_EQ(ids_of(page->analyses),
              owner == "ben" ? std::vector<std::string>{"b"} : std::vector<std::string>{});
  }
  // A page of one visitor's history does not open another's.
  ASSERT_TRUE(store_->add(sample_record("a2", "ann", 900)));
  ASSERT_TRUE(store_->add(sample_record("b2", "ben", 800)));
  HistoryQuery query;
  query.limit = 1;
  query.cursor = store_->list("ann", query)->next;
  ASSERT_NE(query.cursor, "");
  EXPECT_EQ(ids_of(store_->list("ben", query)->analyses).front(), "b2");
  EXPECT_TRUE(*store_->find("ann", "a"));
}

TEST_P(StoreCalls, ForgetsAudio) {
  AnalysisRecord record = sample_record("a");
  record.spool_file = "s";
  record.keep_audio_until_ms = 50;
  add_done(record, sample_result());
  EXPECT_EQ(store_->forget_spool("a"), true) << "at its end as well";
  EXPECT_EQ(store_->forget_spool("a"), false);
  const auto found = store_->find("ann", "a");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->spool_file, "");
  EXPECT_EQ((*found)->keep_audio_until_ms, std::nullopt);
  EXPECT_TRUE(store_->audio_due(1000)->empty());
}

TEST_P(StoreCalls, FindsAudioThatIsDue) {
  const auto add = [&](std::string id, std::string spool, std::optional<std::int64_t> until, bool ended) {
    AnalysisRecord record = sample_record(std::move(id));
    record.spool_file = std::move(spool);
    record.keep_audio_until_ms = until;
    record.state = ended ? AnalysisState::failed : AnalysisState::running;
    ASSERT_TRUE(store_->add(record));
  };
  add("late", "f1", 300, true);
  add("early", "f2", 100, true);
  add("exact", "f3", 500, true);
  add("not yet", "f4", 501, true);
  add("never", "f5", std::nullopt, true);
  add("no file", "", 100, true);
  add("at work", "f6", 100, false);
  add("shared with longer", "f4", 100, true);
  add("shared with one at work", "f6", 100, true);
  add("shared with none", "f5", 200, true);
  const auto due = store_->audio_due(500);
  ASSERT_TRUE(due) << why(due);
  EXPECT_EQ(ids_of(*due), (std::vector<std::string>{"early", "shared with none", "late", "exact"}));
  EXPECT_EQ(due->front().spool_file, "f2");
  EXPECT_EQ(ids_of(*store_->audio_due(501)).size(), 6U);
}

TEST_P(StoreCalls, ListsTheUnfinishedOldestFirst) {
  ASSERT_TRUE(store_->add(sample_record("c", "ann", 30)));
  ASSERT_TRUE(store_->add(sample_record("a", "ben", 20)));
  ASSERT_TRUE(store_->add(sample_record("b", "cat", 20)));
  add_done(sample_record("d", "ann", 10), sample_result());
  ASSERT_TRUE(store_->add(sample_record("e", "ann", 5)));
  EXPECT_EQ(store_->end("e", AnalysisState::cancelled, "", 6), true);
  EXPECT_EQ(store_->set_running("b"), true);
  const auto left = store_->unfinished();
  ASSERT_TRUE(left) << why(left);
  EXPECT_EQ(ids_of(*left), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ((*left)[1].state, AnalysisState::running);
  EXPECT_EQ((*left)[1].owner, "cat");
}

TEST_P(StoreCalls, KeepsHostileTexts) {
  const std::string mark = "\xEF\xBF\xBD";
  const std::string injection = "'); DROP TABLE analyses; -- :name ? $1 \\ \" %s {} \n\r\t";
  AnalysisRecord record = sample_record("id ' : $1", "owner \" \\");
  record.name = injection;
  record.source_kind = "k\0nd"s;
  record.source_url = "http://x/\xFF\xC0\xAF";
  record.sha256 = "\xED\xA0\x80";
  record.options = std::string(200'000, '\'');
  record.spool_file = "\0"s;
  ASSERT_TRUE(store_->add(record));
  StoredResult result = sample_result();
  result.report = "{\"x\":\"\0\xFE\"}"s;
  result.label = "\xF0\x9F"s;
  result.votes = {{"\0"s, "\xFF", 1}};
  EXPECT_EQ(store_->finish(record.id, "engine\0\xFF"s, result, 2), true);

  const auto found = store_->find(record.owner, record.id);
  ASSERT_TRUE(found && *found) << why(found);
  EXPECT_EQ((*found)->name, injection);
  EXPECT_EQ((*found)->source_kind, "k" + mark + "nd");
  EXPECT_EQ((*found)->source_url, "http://x/" + mark + mark + mark);
  EXPECT_EQ((*found)->sha256, mark + mark + mark);
  EXPECT_EQ((*found)->options, record.options);
  EXPECT_EQ((*found)->spool_file, mark);
  EXPECT_EQ((*found)->report, "{\"x\":\"" + mark + mark + "\"}");
  EXPECT_EQ((*found)->label, mark + mark);
  // The cache is asked with the same texts, and finds it.
  AnalysisRecord twin = sample_record("twin");
  twin.sha256 = record.sha256;
  EXPECT_EQ(store_->add_from_cache(twin, "engine\0\xFF"s), true);

  ASSERT_TRUE(store_->add(sample_record("f")));
  EXPECT_EQ(store_->end("f", AnalysisState::failed, "\0'\xFF"s, 3), true);
  EXPECT_EQ((*store_->find("ann", "f"))->error, mark + "'" + mark);
  for (const std::string& bad : {"\0"s, "\xFF"s, "ann\0"s}) {
    EXPECT_EQ(store_->add(sample_record(bad)).error().kind, ErrorKind::internal);
    EXPECT_EQ(store_->add(sample_record("x", bad)).error().kind, ErrorKind::internal);
    EXPECT_EQ(store_->add_from_cache(sample_record("x", bad), "e").error().kind, ErrorKind::internal);
    EXPECT_EQ(store_->find(bad, "f"), std::nullopt);
    EXPECT_EQ(store_->frames(bad, "f"), std::nullopt);
    EXPECT_TRUE(store_->list(bad, {})->analyses.empty());
    EXPECT_FALSE(*store_->remove(bad, "f"));
  }
}

TEST_P(StoreCalls, SaysSoWhenItsFramesAreDamaged) {
  add_done(sample_record("a"), sample_result());
  *testing::connect(url_) << "UPDATE frames SET data = 'no such text!'";
  EXPECT_EQ(store_->frames("ann", "a").error().kind, ErrorKind::unreadable);
  EXPECT_TRUE(store_->check());
}

TEST_P(StoreCalls, SaysSoWhenTablesAreGone) {
  *testing::connect(url_) << "DROP TABLE analyses";
  EXPECT_EQ(store_->find("ann", "a").error().kind, ErrorKind::unreadable);
  EXPECT_EQ(store_->add(sample_record("a")).error().kind, ErrorKind::unreadable);
  EXPECT_EQ(store_->set_running("a").error().kind, ErrorKind::unreadable);
  EXPECT_EQ(store_->remove("ann", "a").error().kind, ErrorKind::unreadable);
  EXPECT_EQ(store_->list("ann", {}).error().kind, ErrorKind::unreadable);
  EXPECT_EQ(store_->unfinished().error().kind, ErrorKind::unreadable);
  EXPECT_EQ(store_->audio_due(1).error().kind, ErrorKind::unreadable);
  *testing::connect(url_) << "DROP TABLE schema_version";
  EXPECT_EQ(store_->check().error().kind, ErrorKind::unreadable);
}

}  // namespace
}  // namespace hitscope
