#include "model/find_bundle.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace hitscope {
namespace {

namespace fs = std::filesystem;

class BundleFolders : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("hitscope_find_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    std::ofstream(folder_ / "of-its-own.safetensors") << "anything";
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(BundleFolders, LooksInTheCallersFolderBeforeThoseOfTheProgram) {
  const auto folders = model_folders(folder_);
  const auto own = std::ranges::find(folders, folder_);
  ASSERT_NE(own, folders.end());
  EXPECT_EQ(folders.size(), model_folders().size() + 1);
  EXPECT_EQ(find_bundle("of-its-own", folder_), folder_ / "of-its-own.safetensors");
}

TEST_F(BundleFolders, FindsNothingWhereNothingIs) {
  const auto found = find_bundle("of-its-own");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(find_bundle((folder_ / "gone.safetensors").string()));
}

TEST_F(BundleFolders, TakesAPathAsItIs) {
  const fs::path path = folder_ / "of-its-own.safetensors";
  EXPECT_EQ(find_bundle(path.string()), path);
}

}  // namespace
}  // namespace hitscope
