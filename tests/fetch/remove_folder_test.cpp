#include "fetch/remove_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace hitscope {
namespace {

namespace fs = std::filesystem;

// Root may do everything: the test is by another user.
bool removed_by_nobody(const fs::path& folder) {
  constexpr unsigned kNobody = 65534;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(kNobody) != 0) ::_exit(2);
    fs::create_directories(folder / "deep" / "er");
    std::ofstream(folder / "deep" / "er" / "file") << "x";
    fs::create_symlink("/", folder / "deep" / "link");
    fs::permissions(folder / "deep" / "er", fs::perms::none);
    fs::permissions(folder / "deep", fs::perms::none);
    fs::permissions(folder, fs::perms::none);
    ::_exit(remove_folder(folder) ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(RemoveFolder, WhateverWasDoneInThere) {
  std::string name = (fs::temp_directory_path() / "hitscope-remove-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const fs::path outside = name;
  fs::permissions(outside, fs::perms::all);
  EXPECT_TRUE(removed_by_nobody(outside / "job"));
  EXPECT_FALSE(fs::exists(outside / "job"));
  fs::remove_all(outside);
}

TEST(RemoveFolder, WhatIsNotThereIsDeleted) {
  EXPECT_FALSE(remove_folder("/nobody/has/this/folder"));
}

}  // namespace
}  // namespace hitscope
