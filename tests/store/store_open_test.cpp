// Opening: what is brought up to date, and what is refused.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "store/migrations.h"
#include "store/store_fixture.h"

namespace hitscope {
namespace {

namespace fs = std::filesystem;
using testing::PostgresCluster;
using testing::sample_record;
using testing::sample_result;
using testing::TemporaryFolder;
using testing::why;

class StoreOpen : public testing::StoreTest {};
HITSCOPE_ON_BOTH_DATABASES(StoreOpen);

void write_file(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The error of an address that must not open.
Error refusal(const std::string& url) {
  const auto store = Store::open(url);
  EXPECT_FALSE(store) << url;
  if (store) return {};
  EXPECT_EQ(store.error().kind, ErrorKind::unreadable) << why(store);
  return store.error();
}

TEST_P(StoreOpen, FindsWhatItLeft) {
  add_done(sample_record("a"), sample_result());
  for (int i = 0; i < 3; ++i) {
    reopen();
    EXPECT_TRUE(*store_->find("ann", "a"));
  }
  EXPECT_EQ(count("schema_version"), newest_schema()) << "steps are taken once";
}

TEST_P(StoreOpen, RefusesANewerSchema) {
  add_done(sample_record("a"), sample_result());
  store_.reset();
  *testing::connect(url_) << "INSERT INTO schema_version (version, applied_ms) VALUES (7, 1)";
  const Error error = refusal(url_);
  EXPECT_NE(error.message.find("newer"), std::string::npos) << error.message;
  EXPECT_NE(error.detail.find('7'), std::string::npos) << error.detail;
  // It is left as it was.
  *testing::connect(url_) << "DELETE FROM schema_version WHERE version = 7";
  reopen();
  EXPECT_TRUE(*store_->find("ann", "a"));
}

TEST_P(StoreOpen, RefusesAnothersTables) {
  store_.reset();
  for (const char* table : {"votes", "frames", "analyses", "results"}) {
    *testing::connect(url_) << "DROP TABLE " << table;
  }
  // Our name, but not our columns.
  *testing::connect(url_) << "DROP TABLE schema_version";
  *testing::connect(url_) << "CREATE TABLE schema_version (installed_rank INTEGER)";
  refusal(url_);
  long long columns = -1;
  *testing::connect(url_) << "SELECT COUNT(installed_rank) FROM schema_version", soci::into(columns);
  EXPECT_EQ(columns, 0);
}

TEST_P(StoreOpen, IsUndoneWhereAStepFails) {
  store_.reset();
  for (const char* table : {"votes", "frames", "analyses", "results", "schema_version"}) {
    *testing::connect(url_) << "DROP TABLE " << table;
  }
  // The third table is in the way: neither the first nor the second may stay.
  *testing::connect(url_) << "CREATE TABLE frames (mine INTEGER)";
  refusal(url_);
  *testing::connect(url_) << "DROP TABLE frames";
  reopen();
  EXPECT_TRUE(store_->add(sample_record("a")));
}

TEST(StoreFile, IsForItsOwnerAlone) {
  const TemporaryFolder folder;
  const ::mode_t before = ::umask(0);
  auto store = Store::open("sqlite:" + (folder / "h.db"));
  ASSERT_TRUE(store) << why(store);
  ASSERT_TRUE((*store)->add(sample_record("a")));
  ::umask(before);
  for (const char* name : {"h.db", "h.db-wal", "h.db-shm"}) {
    ASSERT_TRUE(fs::exists(folder / name)) << name;
    EXPECT_EQ(fs::status(folder / name).permissions(), fs::perms::owner_read | fs::perms::owner_write)
        << name;
  }
  store->reset();
  EXPECT_FALSE(fs::exists(folder / "h.db-wal")) << "one file is left to copy";
}

TEST(StoreFile, WaitsForAWriterWhoDoesNotKnowTheLog) {
  const TemporaryFolder folder;
  const std::string url = "sqlite:" + (folder / "h.db");
  ASSERT_TRUE(Store::open(url));
  // As between the first opener's tables and its log: a second one is writing.
  const auto other = testing::connect(url);
  *other << "PRAGMA journal_mode = DELETE";
  *other << "BEGIN IMMEDIATE";
  std::thread ends([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    *other << "COMMIT";
  });
  const auto store = Store::open(url);
  ends.join();
  ASSERT_TRUE(store) << why(store);
  std::string mode;
  *testing::connect(url) << "PRAGMA journal_mode", soci::into(mode);
  EXPECT_EQ(mode, "wal");
}

TEST(StoreFile, MayHaveAnyName) {
  const TemporaryFolder folder;
  for (const std::string name : {"plain", "with space", "two  spaces.db ", "a=b", "a = b.db", "quo\"te",
                                 "semi;colon", "per%20cent?x", "\xC3\xA4\xE6\x9B\xB2", "'", ":memory:"}) {
    const auto store = Store::open("sqlite:" + (folder / name));
    ASSERT_TRUE(store) << why(store);
    ASSERT_TRUE((*store)->add(sample_record("a"))) << name;
    EXPECT_TRUE(fs::is_regular_file(folder / name)) << name;
  }
}

TEST(StoreFile, IsSafeAgainstPowerLoss) {
  const TemporaryFolder folder;
  const auto store = Store::open(folder / "h.db");
  ASSERT_TRUE(store);
  std::string mode;
  *testing::connect(folder / "h.db") << "PRAGMA journal_mode", soci::into(mode);
  EXPECT_EQ(mode, "wal");
}

TEST(StoreFile, RefusesWhatIsNoDatabase) {
  const TemporaryFolder folder;
  write_file(folder / "text.db",
             "This is a letter and not a database, however long it may go on. " + std::string(5000, '.'));
  EXPECT_NE(refusal(folder / "text.db").detail.find("not a database"), std::string::npos);
  EXPECT_EQ(read_file(folder / "text.db").find("This is a letter"), 0U);
  EXPECT_NE(refusal(folder / ".").detail.find("folder"), std::string::npos);
  refusal(folder / "none/h.db");
  EXPECT_FALSE(fs::exists(folder / "none"));
  EXPECT_NE(refusal("/dev/null").detail.find("regular"), std::string::npos);
}

TEST(StoreFile, RefusesAnotherProgramsDatabase) {
  const TemporaryFolder folder;
  *testing::connect(folder / "places.db") << "CREATE TABLE bookmarks (url TEXT)";
  const std::string before = read_file(folder / "places.db");
  EXPECT_NE(refusal(folder / "places.db").message.find("another program"), std::string::npos);
  EXPECT_EQ(read_file(folder / "places.db"), before);
}

TEST(StoreFile, TakesAnEmptyFile) {
  const TemporaryFolder folder;
  write_file(folder / "empty.db", "");
  const auto store = Store::open(folder / "empty.db");
  ASSERT_TRUE(store) << why(store);
  EXPECT_TRUE((*store)->check());
}

TEST(StoreFile, RefusesAFolderItMayNotWrite) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "locked");
  fs::permissions(folder / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  fs::permissions(folder / ".", fs::perms::all);
  // Root may write everywhere.
  const bool root = ::geteuid() == 0;
  if (root) {
    fs::permissions(folder / "locked", fs::perms{0555});
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const Error error = refusal(folder / "locked/h.db");
  ASSERT_TRUE(!root || ::seteuid(0) == 0);
  EXPECT_NE(error.detail.find("ermission"), std::string::npos) << error.detail;
  fs::permissions(folder / "locked", fs::perms::all);
}

// Every way of damage is an error of the opening or of the calls, and never a crash.
TEST(StoreFile, SurvivesDamage) {
  const TemporaryFolder folder;
  {
    const auto store = Store::open(folder / "sound.db");
    ASSERT_TRUE(store);
    for (int i = 0; i < 20; ++i) {
      const std::string id = std::to_string(i);
      ASSERT_TRUE((*store)->add(sample_record(id)));
      ASSERT_TRUE((*store)->finish(id, "e", sample_result(5000), 1));
    }
  }
  const std::string sound = read_file(folder / "sound.db");
  ASSERT_GT(sound.size(), 50'000U);
  int errors = 0;
  int refused = 0;
  const auto use = [&](const std::string& content) {
    fs::remove(folder / "damaged.db-wal");
    write_file(folder / "damaged.db", content);
    const auto store = Store::open(folder / "damaged.db");
    if (!store) {
      EXPECT_EQ(store.error().kind, ErrorKind::unreadable);
      ++refused;
      return;
    }
    for (int i = 0; i < 20; ++i) {
      if (!(*store)->find("ann", std::to_string(i))) ++errors;
      if (!(*store)->frames("ann", std::to_string(i))) ++errors;
    }
    if (!(*store)->list("ann", {})) ++errors;
    if (!(*store)->remove("ann", "3")) ++errors;
    if (!(*store)->add(sample_record("new"))) ++errors;
  };
  for (std::size_t at = 0; at < sound.size(); at += 4096) {
    std::string damaged = sound;
    for (std::size_t i = at; i < at + 4096 && i < damaged.size(); i += 3)
      damaged[i] = static_cast<char>(i * 31 % 256);
    use(damaged);
  }
  for (const std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{4096}, sound.size() / 2}) {
    use(sound.substr(0, size));
  }
  EXPECT_GT(refused, 3);
  EXPECT_GT(errors, 20);
}

TEST(StoreServer, RefusesAWrongPasswordWithoutShowingIt) {
  PostgresCluster& cluster = PostgresCluster::instance();
  if (!cluster.why_not().empty()) GTEST_SKIP() << cluster.why_not();
  if (!cluster.is_ours()) GTEST_SKIP() << "not known to ask for passwords";
  std::string url = cluster.create_database();
  EXPECT_TRUE(Store::open(url));
  const std::string database = url;
  url.replace(url.find("s3cret"), 6, "geheim");
  const Error error = refusal(url);
  EXPECT_NE(error.detail.find("password authentication failed"), std::string::npos) << error.detail;
  for (const std::string& text : {error.message, error.detail}) {
    EXPECT_EQ(text.find("geheim"), std::string::npos) << text;
    EXPECT_EQ(text.find(PostgresCluster::kPassword), std::string::npos) << text;
  }
  cluster.drop_database(database);
}

TEST(StoreServer, HidesAPasswordThatAnErrorRepeats) {
  PostgresCluster& cluster = PostgresCluster::instance();
  if (!cluster.why_not().empty()) GTEST_SKIP() << cluster.why_not();
  if (!cluster.is_ours()) GTEST_SKIP() << "another server's address";
  // A database that happens to be called like the password is named by the server's error.
  std::string url = cluster.create_database();
  cluster.drop_database(url);
  url = url.substr(0, url.rfind('=') + 1) + "s3cret%2Fword%20%401";
  const Error error = refusal(url);
  EXPECT_NE(error.detail.find("\"***\" does not exist"), std::string::npos) << error.detail;
  EXPECT_EQ(error.detail.find(PostgresCluster::kPassword), std::string::npos) << error.detail;
}

TEST(StoreServer, RefusesWhatDoesNotAnswer) {
  const Error error = refusal("postgresql://me:geheim@127.0.0.1:1/none");
  EXPECT_EQ(error.detail.find("geheim"), std::string::npos) << error.detail;
  EXPECT_FALSE(error.detail.empty());
}

TEST(StoreServer, NeedsUtf8) {
  PostgresCluster& cluster = PostgresCluster::instance();
  if (!cluster.why_not().empty()) GTEST_SKIP() << cluster.why_not();
  const std::string url = cluster.create_database("LATIN1");
  ASSERT_EQ(cluster.why_not(), "");
  EXPECT_NE(refusal(url).detail.find("LATIN1"), std::string::npos);
  cluster.drop_database(url);
}

}  // namespace
}  // namespace hitscope
