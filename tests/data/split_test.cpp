#include "data/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "data/table_of.h"

namespace hitscope {
namespace {

TEST(Split, StratifiedKeepsTheShareOfEachClass) {
  std::vector<std::uint8_t> hit(1000);
  for (std::size_t i = 0; i < 300; ++i) hit[i * 3] = 1;
  const Split split = stratified_split(hit, 0.2, 7);
  EXPECT_EQ(split.test.size(), 200U);
  EXPECT_EQ(std::count_if(split.test.begin(), split.test.end(), [&](auto i) { return hit[i] == 1; }), 60);
  std::vector<std::uint32_t> all = split.train;
  all.insert(all.end(), split.test.begin(), split.test.end());
  std::sort(all.begin(), all.end());
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(all[i], i) << "each row stands on one side, once";
  EXPECT_EQ(stratified_split(hit, 0.2, 7).test, split.test);
  EXPECT_NE(stratified_split(hit, 0.2, 8).test, split.test);
}

TEST(Split, GroupsFollowThePrimaryArtist) {
  const Table table = table_of("artist,tempo\nAnn;Ben,1\nBen,1\nANN,1\n,1\n,1\n");
  const std::vector<std::uint32_t> rows = {0, 1, 2, 3, 4};
  const auto groups = artist_groups(table, rows);
  EXPECT_EQ(groups[0], groups[2]);
  EXPECT_NE(groups[0], groups[1]);
  EXPECT_NE(groups[3], groups[4]) << "unknown artists are not one artist";
}

TEST(Split, NoGroupStandsInTwoFolds) {
  std::vector<std::uint32_t> groups;
  for (std::uint32_t group = 0; group < 400; ++group) groups.insert(groups.end(), 1 + group % 7, group);
  const auto folds = grouped_folds(groups, 5, 3);
  std::map<std::uint32_t, std::set<std::uint32_t>> folds_of;
  std::vector<std::size_t> size(5, 0);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    folds_of[groups[i]].insert(folds[i]);
    ++size[folds[i]];
  }
  for (const auto& [group, where] : folds_of) EXPECT_EQ(where.size(), 1U);
  const auto [smallest, largest] = std::minmax_element(size.begin(), size.end());
  EXPECT_LE(*largest - *smallest, 7U) << "folds differ by a group at most";
  const Split split = fold_split(folds, 2);
  EXPECT_EQ(split.test.size(), size[2]);
  EXPECT_EQ(split.train.size() + split.test.size(), groups.size());
}

class SplitFile : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  Result<NamedSplit> read(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    return read_split(path_, table_);
  }
  Table table_ = table_of("index,tempo\n10,1\n20,2\n30,3\n");
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      ("hitscope_split_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) +
       ".csv");
};

TEST_F(SplitFile, NamesRowsByIndexInItsOwnOrder) {
  const auto split = read("index,part,hit\n30,test,1\n10,train,0\n");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->selection.rows, (std::vector<std::uint32_t>{2, 0}));
  EXPECT_EQ(split->selection.hit, (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(split->split.train, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(split->split.test, (std::vector<std::uint32_t>{0}));
}

TEST_F(SplitFile, RefusesWhatItCannotApply) {
  EXPECT_EQ(read("index,part\n10,test\n").error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(read("index,part,hit\n11,test,1\n").error().detail, "line 2, column 1");
  EXPECT_EQ(read("index,part,hit\n10,test,1\n10,train,1\n").error().detail, "line 3, column 1");
  EXPECT_EQ(read("index,part,hit\n10,dev,1\n").error().detail, "line 2, column 4");
  EXPECT_EQ(read("index,part,hit\n10,test,2\n").error().detail, "line 2, column 9");
  std::filesystem::remove(path_);
  EXPECT_EQ(read_split(path_, table_).error().kind, ErrorKind::not_found);
  EXPECT_EQ(read_split(path_, table_of("tempo\n1\n")).error().kind, ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
