#include "cli/inputs.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "cli/temporary_folder.h"

namespace hitscope::cli {
namespace {

using Paths = std::vector<std::string>;

// The inputs' paths, without the folder's own.
Paths names_in(const testing::TemporaryFolder& folder, const std::vector<Input>& inputs) {
  Paths names;
  for (const Input& input : inputs) names.push_back(input.path.substr(folder.path().string().size() + 1));
  return names;
}

TEST(FindInputs, KeepsWhatIsNamedAsItIsNamed) {
  const std::vector<Input> inputs = find_inputs({"b.mp3", "-", "nowhere/a.mp3", "b.mp3"}, false);
  Paths paths;
  for (const Input& input : inputs) {
    paths.push_back(input.path);
    EXPECT_FALSE(input.from_folder);
    EXPECT_FALSE(input.error);
  }
  EXPECT_EQ(paths, (Paths{"b.mp3", "-", "nowhere/a.mp3", "b.mp3"}));
}

TEST(FindInputs, AFolderGivesItsOwnFilesInNaturalOrder) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"10.mp3", "9.mp3", "cover.jpg", ".hidden.mp3", "sub/1.mp3"})
    folder.write(name, "");
  const std::vector<Input> inputs = find_inputs({folder.path().string()}, false);
  EXPECT_EQ(names_in(folder, inputs), (Paths{"9.mp3", "10.mp3", "cover.jpg"}));
  for (const Input& input : inputs) EXPECT_TRUE(input.from_folder);
}

TEST(FindInputs, RecursionPutsSubfoldersInTheirPlace) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"a/2.mp3", "a/10.mp3", "a/b/1.mp3", "b.mp3", "0.mp3", ".git/x.mp3"})
    folder.write(name, "");
  EXPECT_EQ(names_in(folder, find_inputs({folder.path().string()}, true)),
            (Paths{"0.mp3", "a/2.mp3", "a/10.mp3", "a/b/1.mp3", "b.mp3"}));
}

TEST(FindInputs, WalksEndAndTouchNoDevices) {
  const testing::TemporaryFolder folder;
  folder.write("a/1.mp3", "");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "a" / "loop");
  std::filesystem::create_symlink(folder.path() / "a" / "1.mp3", folder.path() / "link.mp3");
  ASSERT_EQ(mkfifo((folder / "pipe.mp3").c_str(), 0600), 0);
  EXPECT_EQ(names_in(folder, find_inputs({folder.path().string()}, true)), (Paths{"a/1.mp3", "link.mp3"}));
}

TEST(FindInputs, AFolderThatCannotBeReadIsAnError) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const testing::TemporaryFolder folder;
  folder.write("closed/1.mp3", "");
  folder.write("open.mp3", "");
  std::filesystem::permissions(folder.path() / "closed", std::filesystem::perms::none);
  const std::vector<Input> inputs = find_inputs({folder.path().string()}, true);
  std::filesystem::permissions(folder.path() / "closed", std::filesystem::perms::owner_all);
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_EQ(inputs[0].error->kind, ErrorKind::unreadable);
  EXPECT_FALSE(inputs[1].error);
}

Paths listed(const std::string& content) {
  std::istringstream stream(content);
  return read_list("-", stream).value();
}

TEST(ReadList, OnePathALine) {
  EXPECT_EQ(listed("a.mp3\nb c.mp3\n"), (Paths{"a.mp3", "b c.mp3"}));
  EXPECT_EQ(listed("a.mp3\r\n\r\nb.mp3"), (Paths{"a.mp3", "b.mp3"}));
  EXPECT_EQ(listed(""), Paths{});
}

TEST(ReadList, NulSeparatesWhereThereIsOne) {
  using namespace std::string_literals;
  EXPECT_EQ(listed("a\nb.mp3\0c.mp3\0"s), (Paths{"a\nb.mp3", "c.mp3"}));
}

TEST(ReadList, ReadsAFileOrSaysWhyNot) {
  const testing::TemporaryFolder folder;
  std::istringstream none;
  EXPECT_EQ(read_list(folder.write("list", "x\n"), none).value(), Paths{"x"});
  EXPECT_EQ(read_list(folder / "missing", none).error().kind, ErrorKind::not_found);
  EXPECT_EQ(read_list(folder.path().string(), none).error().kind, ErrorKind::unreadable);
}

}  // namespace
}  // namespace hitscope::cli
