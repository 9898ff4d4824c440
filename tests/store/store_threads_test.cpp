// Many at once: calls of one store, and several stores of one database.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "store/migrations.h"
#include "store/store_fixture.h"

namespace hitscope {
namespace {

using testing::sample_record;
using testing::sample_result;
using testing::why;

class StoreThreads : public testing::StoreTest {
 protected:
  template <typename Work>
  static void in_threads(int threads, const Work& work) {
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) running.emplace_back([&work, t] { work(t); });
    for (std::thread& thread : running) thread.join();
  }
};
HITSCOPE_ON_BOTH_DATABASES(StoreThreads);

TEST_P(StoreThreads, EightLiveWholeLives) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  in_threads(kThreads, [&](int t) {
    const std::string owner = "owner " + std::to_string(t);
    for (int i = 0; i < kEach; ++i) {
      // Every thread brings the same bytes at about the same time.
      AnalysisRecord record = sample_record(std::to_string(t) + "-" + std::to_string(i), owner, i);
      record.sha256 = "bytes " + std::to_string(i);
      const auto added = store_->add(record);
      ASSERT_TRUE(added) << why(added);
      ASSERT_EQ(store_->set_running(record.id), true);
      const auto finished = store_->finish(record.id, "e", sample_result(2000), i + 1);
      ASSERT_TRUE(finished) << why(finished);
      ASSERT_TRUE(*finished);
      const auto found = store_->find(owner, record.id);
      ASSERT_TRUE(found && *found) << why(found);
      ASSERT_EQ((*found)->report, sample_result().report);
      ASSERT_TRUE(store_->list(owner, {}));
      if (i % 2 == 1) {
        const auto removed = store_->remove(owner, record.id);
        ASSERT_TRUE(removed && *removed) << why(removed);
      }
    }
  });
  EXPECT_EQ(count("analyses"), kThreads * kEach / 2);
  EXPECT_EQ(count("results"), kEach / 2) << "one for each bytes that are left";
  EXPECT_EQ(count("frames"), kEach / 2);
  EXPECT_EQ(count("votes"), kEach);
  EXPECT_TRUE(store_->unfinished()->empty());
}

TEST_P(StoreThreads, SharingAndRemovingMeet) {
  // All threads finish, share and remove analyses of the very same bytes: no error, and no result is left
  // behind or taken away too early.
  in_threads(8, [&](int t) {
    const std::string owner = std::to_string(t);
    for (int i = 0; i < 40; ++i) {
      AnalysisRecord record = sample_record(owner + "-" + std::to_string(i), owner);
      record.sha256 = "same";
      const auto cached = store_->add_from_cache(record, "e");
      ASSERT_TRUE(cached) << why(cached);
      if (!*cached) {
        ASSERT_TRUE(store_->add(record));
        const auto finished = store_->finish(record.id, "e", sample_result(100), 1);
        ASSERT_TRUE(finished) << why(finished);
        ASSERT_TRUE(*finished);
      }
      const auto frames = store_->frames(owner, record.id);
      ASSERT_TRUE(frames && *frames) << why(frames);
      ASSERT_EQ((*frames)->size(), 100U);
      const auto removed = store_->remove(owner, record.id);
      ASSERT_TRUE(removed && *removed) << why(removed);
    }
  });
  for (const char* table : {"analyses", "results", "frames", "votes"}) EXPECT_EQ(count(table), 0) << table;
}

TEST_P(StoreThreads, OneRemovalGetsTheAudio) {
  for (int round = 0; round < 20; ++round) {
    for (const char* id : {"a", "b", "c", "d"}) {
      AnalysisRecord record = sample_record(id);
      record.spool_file = "shared";
      ASSERT_TRUE(store_->add(record));
    }
    std::atomic<int> names = 0;
    in_threads(4, [&](int t) {
      const auto removed = store_->remove("ann", std::string(1, static_cast<char>('a' + t)));
      ASSERT_TRUE(removed && *removed) << why(removed);
      if (!(*removed)->spool_file.empty()) ++names;
    });
    EXPECT_EQ(names, 1);
  }
}

TEST_P(StoreThreads, OneEndsIt) {
  for (int round = 0; round < 20; ++round) {
    const std::string id = std::to_string(round);
    ASSERT_TRUE(store_->add(sample_record(id)));
    std::atomic<int> changes = 0;
    in_threads(4, [&](int t) {
      const auto changed = t % 2 == 0 ? store_->finish(id, "e", sample_result(), t)
                                      : store_->end(id, AnalysisState::cancelled, "", t);
      ASSERT_TRUE(changed) << why(changed);
      if (*changed) ++changes;
    });
    EXPECT_EQ(changes, 1);
  }
}

TEST_P(StoreThreads, OneConnectionServesAll) {
  reopen(1);
  in_threads(4, [&](int t) {
    for (int i = 0; i < 10; ++i) {
      const std::string id = std::to_string(t) + "-" + std::to_string(i);
      const auto added = store_->add(sample_record(id));
      ASSERT_TRUE(added) << why(added);
      ASSERT_TRUE(*store_->find("ann", id));
    }
  });
  EXPECT_EQ(count("analyses"), 40);
}

TEST_P(StoreThreads, StoresOpenTogether) {
  // A second, empty database: whoever is first makes the tables.
  const std::string url = GetParam() == testing::Product::sqlite
                              ? folder_ / "second.db"
                              : testing::PostgresCluster::instance().create_database();
  in_threads(6, [&](int t) {
    const auto store = Store::open(url);
    ASSERT_TRUE(store) << why(store);
    for (int i = 0; i < 10; ++i) {
      const auto added = (*store)->add(sample_record(std::to_string(t) + "-" + std::to_string(i)));
      ASSERT_TRUE(added) << why(added);
    }
  });
  long long rows = 0;
  long long versions = 0;
  *testing::connect(url) << "SELECT COUNT(*) FROM analyses", soci::into(rows);
  *testing::connect(url) << "SELECT COUNT(*) FROM schema_version", soci::into(versions);
  EXPECT_EQ(rows, 60);
  EXPECT_EQ(versions, newest_schema());
  if (GetParam() == testing::Product::postgresql) testing::PostgresCluster::instance().drop_database(url);
}

}  // namespace
}  // namespace hitscope
