// A lost connection to PostgreSQL mends itself.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "store/store_fixture.h"

namespace hitscope {
namespace {

using testing::PostgresCluster;
using testing::sample_record;
using testing::sample_result;
using testing::why;

class StoreHealing : public testing::StoreTest {
 protected:
  // Spared are those that are just being made: SOCI 4.0 loses the memory of one that dies before its first
  // statement, which is this SET, is through.
  void cut_all_connections() const {
    *testing::connect(url_) << "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity "
                               "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                               "AND query NOT IN ('', 'SET extra_float_digits = 3')";
  }

  // So that every connection of the store is open.
  void use_all_connections() const {
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([this] {
        for (int i = 0; i < 20; ++i) EXPECT_TRUE(store_->check());
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
};
INSTANTIATE_TEST_SUITE_P(Server, StoreHealing, ::testing::Values(testing::Product::postgresql),
                         testing::product_name);

TEST_P(StoreHealing, EveryCallOutlivesACut) {
  const auto cut = [this] {
    use_all_connections();
    cut_all_connections();
  };
  cut();
  EXPECT_TRUE(store_->check());
  cut();
  const auto added = store_->add(sample_record("a"));
  EXPECT_TRUE(added) << why(added);
  cut();
  EXPECT_EQ(store_->set_running("a"), true);
  cut();
  EXPECT_EQ(store_->finish("a", "e", sample_result(), 1), true);
  cut();
  EXPECT_TRUE(*store_->find("ann", "a"));
  cut();
  EXPECT_EQ(store_->frames("ann", "a"), sample_result().frames);
  cut();
  EXPECT_EQ(store_->list("ann", {})->analyses.size(), 1U);
  cut();
  EXPECT_TRUE(store_->unfinished()->empty());
  cut();
  EXPECT_TRUE(*store_->remove("ann", "a"));
  EXPECT_EQ(count("results"), 0);
}

TEST_P(StoreHealing, OutlivesARestartOfTheServer) {
  PostgresCluster& cluster = PostgresCluster::instance();
  if (!cluster.is_ours()) GTEST_SKIP() << "the server is not ours to restart";
  ASSERT_TRUE(store_->add(sample_record("before")));
  use_all_connections();
  cluster.stop();
  const auto meanwhile = store_->add(sample_record("meanwhile"));
  ASSERT_FALSE(meanwhile);
  EXPECT_EQ(meanwhile.error().kind, ErrorKind::unreadable);
  EXPECT_EQ(why(meanwhile).find(PostgresCluster::kPassword), std::string::npos) << why(meanwhile);
  EXPECT_FALSE(store_->check());
  cluster.start();
  ASSERT_EQ(cluster.why_not(), "");
  const auto check = store_->check();
  EXPECT_TRUE(check) << why(check);
  EXPECT_TRUE(*store_->find("ann", "before"));
  EXPECT_EQ(store_->find("ann", "meanwhile"), std::nullopt);
  EXPECT_TRUE(store_->add(sample_record("after")));
}

TEST_P(StoreHealing, DoesNothingTwiceWhenCutAtWork) {
  // Cut again and again while others add: an add that reports success is there, one that reports an error may
  // be there or not, and nothing is there twice.
  std::atomic<bool> stop = false;
  std::thread cutter([&] {
    while (!stop) {
      cut_all_connections();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  });
  std::vector<std::vector<std::string>> succeeded(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < succeeded.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 60; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        if (store_->add(sample_record(id)) && store_->finish(id, "e", sample_result(), 1)) {
          succeeded[t].push_back(id);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  stop = true;
  cutter.join();
  EXPECT_TRUE(store_->check());
  std::size_t total = 0;
  for (const auto& ids : succeeded) {
    total += ids.size();
    for (const std::string& id : ids) {
      const auto found = store_->find("ann", id);
      ASSERT_TRUE(found && *found) << id;
      EXPECT_EQ((*found)->state, AnalysisState::done);
    }
  }
  EXPECT_GT(total, 0U);
}

}  // namespace
}  // namespace hitscope
