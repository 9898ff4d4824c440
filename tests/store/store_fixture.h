// An empty history for each test, once in SQLite and once in PostgreSQL.
#pragma once

#include <gtest/gtest.h>
#include <soci/soci.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "store/address.h"
#include "store/postgres_cluster.h"
#include "store/store.h"

namespace hitscope::testing {

enum class Product { sqlite, postgresql };

inline std::string product_name(const ::testing::TestParamInfo<Product>& info) {
  return info.param == Product::sqlite ? "SQLite" : "PostgreSQL";
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hitscope_store_XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// Why an outcome is an error, for messages; works for every Result.
template <typename T>
std::string why(const Result<T>& outcome) {
  return outcome ? "" : outcome.error().message + " (" + outcome.error().detail + ")";
}

// Speaks to the database behind the store's back.
inline std::unique_ptr<soci::session> connect(const std::string& url) {
  const auto address = parse_address(url);
  return std::make_unique<soci::session>(*address->dialect->factory, address->connect_string);
}

class StoreTest : public ::testing::TestWithParam<Product> {
 protected:
  void SetUp() override {
    if (GetParam() == Product::sqlite) {
      url_ = folder_ / "history.db";
    } else {
      PostgresCluster& cluster = PostgresCluster::instance();
      if (!cluster.why_not().empty()) GTEST_SKIP() << cluster.why_not();
      url_ = cluster.create_database();
      ASSERT_EQ(cluster.why_not(), "");
    }
    reopen();
  }

  void TearDown() override {
    store_.reset();
    if (GetParam() == Product::postgresql && !url_.empty()) PostgresCluster::instance().drop_database(url_);
  }

  void reopen(std::size_t sessions = 4) {
    store_.reset();
    auto opened = Store::open(url_, sessions);
    ASSERT_TRUE(opened) << why(opened);
    store_ = std::move(*opened);
  }

  [[nodiscard]] long long count(const std::string& table) const {
    long long rows = -1;
    *connect(url_) << "SELECT COUNT(*) FROM " << table, soci::into(rows);
    return rows;
  }

  // Queued, then finished.
  void add_done(const AnalysisRecord& record, const StoredResult& result,
                std::string_view engine = "engine 1") {
    ASSERT_TRUE(store_->add(record));
    const auto finished = store_->finish(record.id, engine, result, record.created_ms + 10);
    ASSERT_TRUE(finished) << why(finished);
    ASSERT_TRUE(*finished);
  }

  TemporaryFolder folder_;
  std::string url_;
  std::unique_ptr<Store> store_;
};

inline AnalysisRecord sample_record(std::string id, std::string owner = "ann",
                                    std::int64_t created_ms = 1000) {
  AnalysisRecord record;
  record.id = std::move(id);
  record.owner = std::move(owner);
  record.created_ms = created_ms;
  record.name = "Song " + record.id + ".mp3";
  record.source_kind = "file";
  record.sha256 = "5ha-" + record.id;
  record.bytes = 5'000'000'000;
  record.options = R"({"explain":true})";
  return record;
}

inline StoredResult sample_result(std::size_t frame_bytes = 1000) {
  StoredResult result;
  result.report = R"({"features":{"tempo_bpm":120.5}})";
  for (std::size_t i = 0; i < frame_bytes; ++i) result.frames.push_back(static_cast<std::byte>(i * 7 % 256));
  result.label = "HIT";
  result.votes_for_hit = 4;
  result.probability = 0.1 + 0.2;  // needs all its digits
  result.duration_s = 183.25;
  result.votes = {{"random_forest", "HIT", 0.7}, {"knn", "FLOP", 0.25}};
  return result;
}

inline std::vector<std::string> ids_of(const std::vector<AnalysisRecord>& records) {
  std::vector<std::string> ids;
  ids.reserve(records.size());
  for (const AnalysisRecord& record : records) ids.push_back(record.id);
  return ids;
}

}  // namespace hitscope::testing

#define HITSCOPE_ON_BOTH_DATABASES(suite)                                                            \
  INSTANTIATE_TEST_SUITE_P(                                                                          \
      Both, suite,                                                                                   \
      ::testing::Values(hitscope::testing::Product::sqlite, hitscope::testing::Product::postgresql), \
      hitscope::testing::product_name)
