#include "learn/training_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "learn/made_tables.h"

namespace hitscope {
namespace {

using testing::small_recipe;
using testing::table_of;

constexpr std::string_view kHeader = "track_id,artist,title,tempo,loudness,key,mode,energy,duration_ms,";

TEST(TrainingTable, CarriesEveryKindOfLabelForEveryRow) {
  const Table table = table_of(std::string(kHeader) +
                               "popularity\n"
                               "a,A,1,100,-5,0,1,0.5,1000,0\n"
                               "b,B,2,100,-5,0,1,0.5,1000,20\n"
                               "c,C,3,100,-5,0,1,0.5,1000,40\n"
                               "d,D,4,100,-5,0,1,0.5,1000,60\n"
                               "e,E,5,100,-5,0,1,0.5,1000,\n");
  ArtistNumbers artists;
  const auto made = prepare_table(
      table, small_recipe("[[lesson]]\nrule = \"outer_thirds\"\ndrop_unheard = true\n"), artists);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->event, (std::vector<std::uint8_t>{0, 0, 1, 1, kNoLabel})) << "popularity >= 30";
  EXPECT_EQ(made->own, (std::vector<std::uint8_t>{kNoLabel, 0, 1, 1, kNoLabel}))
      << "median 40 of those heard";
  ASSERT_EQ(made->lessons.size(), 1U);
  EXPECT_EQ(made->lessons[0], (std::vector<std::uint8_t>{kNoLabel, 0, kNoLabel, 1, kNoLabel}));
  EXPECT_TRUE(made->has_event());
}

TEST(TrainingTable, ATargetStandsForOwnLabelAndLessons) {
  const Table table = table_of(std::string(kHeader) +
                               "target\n"
                               "a,A,1,100,-5,0,1,0.5,1000,1\n"
                               "b,B,2,100,-5,0,1,0.5,1000,0\n");
  ArtistNumbers artists;
  const auto made = prepare_table(table, small_recipe("[[lesson]]\nrule = \"median\"\n"), artists);
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->has_event());
  EXPECT_EQ(made->own, (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(made->lessons[0], made->own);
}

TEST(TrainingTable, FillsWhatIsNeutralAndRefusesTheRest) {
  Recipe recipe = small_recipe();
  recipe.features.emplace_back("time_signature");
  const Table table = table_of(std::string(kHeader) + "popularity\na,A,1,100,-5,0,1,0.5,1000,3\n");
  ArtistNumbers artists;
  const auto made = prepare_table(table, recipe, artists);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->filled, (std::vector<std::string>{"time_signature"}));
  EXPECT_EQ(made->x(0, 6), 4);
  recipe.features.back() = "valence";
  EXPECT_EQ(prepare_table(table, recipe, artists).error().kind, ErrorKind::table_invalid);
}

TEST(TrainingTable, NeedsSomethingToLearnFrom) {
  ArtistNumbers artists;
  EXPECT_FALSE(prepare_table(table_of(std::string(kHeader) + "note\na,A,1,100,-5,0,1,0.5,1000,x\n"),
                             small_recipe(), artists));
  EXPECT_FALSE(prepare_table(table_of(std::string(kHeader) + "popularity\na,A,1,,-5,0,1,0.5,1000,1\n"),
                             small_recipe(), artists))
      << "its only row lacks a tempo";
}

TEST(TrainingTable, ArtistsShareNumbersAcrossTablesAndSongsCanBeRemoved) {
  const Table first = table_of(std::string(kHeader) +
                               "popularity\n"
                               "a,Ann,Song,100,-5,0,1,0.5,1000,1\n"
                               "b,Ben,Other,100,-5,0,1,0.5,1000,50\n");
  const Table second = table_of(std::string(kHeader) +
                                "popularity\n"
                                "x,Zoe,New,100,-5,0,1,0.5,1000,1\n"
                                "y,ANN,Song (Live),100,-5,0,1,0.5,1000,50\n"
                                "b,Cat,Renamed,100,-5,0,1,0.5,1000,50\n");
  ArtistNumbers artists;
  const auto one = prepare_table(first, small_recipe(), artists);
  const auto two = prepare_table(second, small_recipe(), artists);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->artist[0], two->artist[1]);
  EXPECT_NE(one->artist[1], two->artist[2]);
  EXPECT_EQ(rows_without_songs_of(*two, *one), (std::vector<std::uint32_t>{0}));
}

}  // namespace
}  // namespace hitscope
