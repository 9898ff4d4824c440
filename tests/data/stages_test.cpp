#include "data/stages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "data/table_of.h"

namespace hitscope {
namespace {

using Rows = std::vector<std::uint32_t>;

TEST(Stages, DropNullsLooksAtTheNamedColumnsAlone) {
  const Table table = table_of("tempo,energy,title\n1,1,a\n,1,a\n1,,a\n1,1,\n");
  Selection selection = Selection::all(table);
  const std::vector<std::string> columns = {"tempo"};
  ASSERT_TRUE(drop_nulls(table, columns, selection));
  EXPECT_EQ(selection.rows, (Rows{0, 2, 3}));
  ASSERT_EQ(selection.stages.size(), 1U);
  EXPECT_EQ(selection.stages[0].rows_in, 4U);
  EXPECT_EQ(selection.stages[0].rows_out, 3U);
}

TEST(Stages, KeepAboveIsStrict) {
  const Table table = table_of("energy\n0.1\n0.11\n\n0.9\n");
  Selection selection = Selection::all(table);
  ASSERT_TRUE(keep_above(table, "energy", 0.1, selection));
  EXPECT_EQ(selection.rows, (Rows{1, 3})) << "0.1 is not above 0.1, and a missing value is not either";
}

TEST(Stages, DuplicatesKeepTheMostPopularRow) {
  const Table table = table_of(
      "track_id,artist,title,popularity\n"
      "x,Ann,Song,10\n"
      "y,Ann,Song (Live),30\n"
      "x,Ann,Song,20\n"
      "z,Ben,Song,5\n"
      "z,Ben,Song,5\n"
      ",,,1\n"
      ",,,2\n");
  Selection by_id = Selection::all(table);
  ASSERT_TRUE(drop_duplicates(table, DuplicateRule::track_id, by_id));
  EXPECT_EQ(by_id.rows, (Rows{1, 2, 3, 5, 6})) << "rows without an id are nobody's duplicates";
  Selection by_song = Selection::all(table);
  ASSERT_TRUE(drop_duplicates(table, DuplicateRule::song, by_song));
  EXPECT_EQ(by_song.rows, (Rows{1, 3, 5, 6}));
  Selection by_row = Selection::all(table);
  ASSERT_TRUE(drop_duplicates(table, DuplicateRule::row, by_row));
  EXPECT_EQ(by_row.rows, (Rows{0, 1, 2, 3, 5, 6}));
}

TEST(Stages, LabelsByThreshold) {
  const Table table = table_of("popularity\n14\n15\n100\n0\n\n1\n");
  Selection selection = Selection::all(table);
  ASSERT_TRUE(label_rows(table, {.rule = LabelRule::popularity_threshold, .threshold = 15}, selection));
  EXPECT_EQ(selection.rows, (Rows{0, 1, 2, 3, 5})) << "a row without popularity has no label";
  EXPECT_EQ(selection.hit, (std::vector<std::uint8_t>{0, 1, 1, 0, 0}));
  EXPECT_EQ(selection.hits(), 2U);
}

TEST(Stages, LabelsAtOrAboveTheMedianOfTheRowsHeard) {
  const Table table = table_of("popularity\n0\n0\n0\n10\n20\n30\n40\n");
  Selection selection = Selection::all(table);
  ASSERT_TRUE(label_rows(table, {.rule = LabelRule::table_median, .drop_unheard = true}, selection));
  EXPECT_EQ(selection.rows, (Rows{3, 4, 5, 6}));
  EXPECT_EQ(selection.hit, (std::vector<std::uint8_t>{0, 0, 1, 1})) << "the median is 25";
}

TEST(Stages, LabelsWithinEachGenre) {
  const Table table = table_of("genre,popularity\na,1\nb,100\na,2\nb,200\na,3\nb,300\n");
  Selection selection = Selection::all(table);
  ASSERT_TRUE(label_rows(table, {.rule = LabelRule::genre_median}, selection));
  EXPECT_EQ(selection.hit, (std::vector<std::uint8_t>{0, 0, 1, 1, 1, 1}));
}

TEST(Stages, LabelsTheOuterThirdsAndDropsTheMiddle) {
  const Table table = table_of("popularity\n10\n20\n30\n40\n50\n60\n70\n");
  Selection selection = Selection::all(table);
  ASSERT_TRUE(label_rows(table, {.rule = LabelRule::outer_thirds}, selection));
  EXPECT_EQ(selection.rows, (Rows{0, 1, 2, 4, 5, 6})) << "bounds at ranks 2 and 4 of 0..6";
  EXPECT_EQ(selection.hit, (std::vector<std::uint8_t>{0, 0, 0, 1, 1, 1}));
}

TEST(Stages, LabelsByTheTablesTarget) {
  const Table table = table_of("target\n1\n0\n");
  Selection selection = Selection::all(table);
  ASSERT_TRUE(label_rows(table, {.rule = LabelRule::target}, selection));
  EXPECT_EQ(selection.hit, (std::vector<std::uint8_t>{1, 0}));

  const Table wrong = table_of("target\n1\n2\n");
  Selection all = Selection::all(wrong);
  EXPECT_EQ(label_rows(wrong, {.rule = LabelRule::target}, all).error().kind, ErrorKind::table_invalid);
}

TEST(Stages, MissingColumnsAreNamed) {
  const Table table = table_of("tempo\n1\n");
  Selection selection = Selection::all(table);
  const std::vector<std::string> columns = {"valence"};
  EXPECT_NE(drop_nulls(table, columns, selection).error().message.find("valence"), std::string::npos);
  EXPECT_FALSE(keep_above(table, "energy", 0, selection));
  EXPECT_FALSE(drop_duplicates(table, DuplicateRule::track_id, selection));
  EXPECT_FALSE(drop_duplicates(table, DuplicateRule::song, selection));
  EXPECT_FALSE(label_rows(table, {}, selection));
  EXPECT_TRUE(selection.stages.empty());
}

TEST(Stages, UndersamplingBalancesAndDependsOnTheSeedAlone) {
  std::string text = "popularity\n";
  for (int i = 0; i < 1000; ++i) text += i % 10 < 3 ? "1\n" : "50\n";
  const Table table = table_of(text);
  const auto balanced = [&](std::uint64_t seed) {
    Selection selection = Selection::all(table);
    EXPECT_TRUE(label_rows(table, {}, selection));
    undersample(seed, selection);
    return selection;
  };
  const Selection one = balanced(1);
  EXPECT_EQ(one.rows.size(), 600U);
  EXPECT_EQ(one.hits(), 300U);
  EXPECT_TRUE(std::is_sorted(one.rows.begin(), one.rows.end()));
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    EXPECT_EQ(one.hit[i], table.numbers("popularity")[one.rows[i]] >= 15 ? 1 : 0);
  }
  EXPECT_EQ(balanced(1).rows, one.rows);
  EXPECT_NE(balanced(2).rows, one.rows);
}

}  // namespace
}  // namespace hitscope
