#include "server/spool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "server/wire.h"

namespace hitscope::server {
namespace {

namespace fs = std::filesystem;

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
}

class SpoolTest : public ::testing::Test {
 protected:
  SpoolTest() : spool_(Spool::open(folder_ / "spool").value()) {}
  testing::TemporaryFolder folder_;
  Spool spool_;
};

TEST_F(SpoolTest, OnlyThisUserReadsIt) {
  EXPECT_EQ(mode_of(folder_ / "spool"), 0700U);
  const auto file = spool_.create("upload", 100).value();
  EXPECT_EQ(mode_of(spool_.path("upload")), 0600U);
}

TEST_F(SpoolTest, AFolderThatWasOpenToAllIsClosed) {
  fs::create_directory(folder_ / "open");
  fs::permissions(folder_ / "open", fs::perms::all);
  ASSERT_TRUE(Spool::open(folder_ / "open"));
  EXPECT_EQ(mode_of(folder_ / "open"), 0700U);
}

TEST_F(SpoolTest, AnUploadIsKeptOnlyWhenItSaysSo) {
  { const auto file = spool_.create("dropped", 100).value(); }
  EXPECT_FALSE(spool_.has("dropped"));
  {
    const auto file = spool_.create("kept", 100).value();
    ASSERT_TRUE(file->write(std::string_view("some ")));
    ASSERT_TRUE(file->write(std::string_view("")));
    ASSERT_TRUE(file->write(std::string_view("bytes")));
    ASSERT_TRUE(file->sync());
    EXPECT_EQ(file->bytes(), 10U);
    // printf 'some bytes' | sha256sum
    EXPECT_EQ(file->sha256(), "0d22cdcc10e6d049dbe1af5123d50873fdfc1a4f58306e58cb6241be9472014d");
    file->keep();
  }
  EXPECT_TRUE(spool_.has("kept"));
  EXPECT_EQ(testing::bytes_of(spool_.path("kept")), "some bytes");
  spool_.remove("kept");
  EXPECT_FALSE(spool_.has("kept"));
  spool_.remove("kept");
  spool_.remove("");
  EXPECT_TRUE(fs::exists(folder_ / "spool"));
}

TEST_F(SpoolTest, ALimitIsALimit) {
  const auto file = spool_.create("upload", 10).value();
  ASSERT_TRUE(file->write(std::string_view("0123456789")));
  const auto more = file->write(std::string_view("x"));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().kind, ErrorKind::too_large);
  EXPECT_EQ(file->bytes(), 10U);
  EXPECT_TRUE(file->write(std::string_view("")));
  EXPECT_EQ(fs::file_size(spool_.path("upload")), 10U);
  const auto other = spool_.create("other", 10).value();
  EXPECT_FALSE(other->write(std::string(11, 'x')));
  EXPECT_EQ(fs::file_size(spool_.path("other")), 0U) << "nothing of what is too much is written";
}

TEST_F(SpoolTest, NothingIsOverwritten) {
  const auto first = spool_.create("upload", 10).value();
  EXPECT_FALSE(spool_.create("upload", 10));
  testing::write_file(folder_ / "elsewhere", "mine");
  fs::create_symlink(folder_ / "elsewhere", spool_.path("link"));
  EXPECT_FALSE(spool_.create("link", 10));
  EXPECT_EQ(testing::bytes_of(folder_ / "elsewhere"), "mine");
}

TEST_F(SpoolTest, RemovesAllThatNobodyNeeds) {
  for (const char* name : {"a", "b", "c"}) spool_.create(name, 10).value()->keep();
  fs::create_directory(spool_.path("folder"));
  spool_.remove_all_but({"b", "never-there"});
  EXPECT_FALSE(spool_.has("a"));
  EXPECT_TRUE(spool_.has("b"));
  EXPECT_FALSE(spool_.has("c"));
  EXPECT_TRUE(fs::exists(spool_.path("folder")));
  spool_.remove_all_but({});
  EXPECT_FALSE(spool_.has("b"));
}

TEST_F(SpoolTest, HasOnlyFiles) {
  fs::create_directory(spool_.path("folder"));
  EXPECT_FALSE(spool_.has("folder"));
  EXPECT_FALSE(spool_.has(""));
  EXPECT_FALSE(spool_.has("missing"));
}

TEST_F(SpoolTest, SaysWhereItCannotWrite) {
  testing::write_file(folder_ / "file", "");
  const auto spool = Spool::open(folder_ / "file");
  ASSERT_FALSE(spool);
  EXPECT_EQ(spool.error().kind, ErrorKind::unreadable);
}

}  // namespace
}  // namespace hitscope::server
