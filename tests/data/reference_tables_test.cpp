// The reference tables as others know them: counts that must come out, read from HITSCOPE_SHARED/data.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "data/recipe.h"
#include "data/split.h"
#include "data/stages.h"
#include "data/table.h"

namespace hitscope {
namespace {

std::filesystem::path shared_folder() {
  if (const char* named = std::getenv("HITSCOPE_SHARED")) return named;
  return std::filesystem::path(HITSCOPE_SOURCE_DIR) / "../shared";
}

class ReferenceTables : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(shared_folder() / "data/spotify_tracks_114k.csv")) {
      GTEST_SKIP() << "needs the reference tables (HITSCOPE_SHARED)";
    }
  }
  static Table read(const std::string& file) {
    auto table = Table::read(shared_folder() / "data" / file);
    EXPECT_TRUE(table) << table.error().message;
    return std::move(*table);
  }
};

TEST_F(ReferenceTables, PublishedPreparationGivesThePublishedCounts) {
  const Table table = read("spotify_tracks_114k.csv");
  EXPECT_EQ(table.name(), "spotify_tracks");
  EXPECT_EQ(table.rows(), 114'000U);

  const auto recipe = load_recipe("seed13");
  ASSERT_TRUE(recipe);
  Selection all = Selection::all(table);
  ASSERT_TRUE(label_rows(table, {.threshold = recipe->event_popularity}, all));
  EXPECT_EQ(all.hits(), 87'692U);
  EXPECT_EQ(all.rows.size() - all.hits(), 26'308U);

  // The one row with null texts has all its numbers, so the null sanitation of the protocol keeps it.
  Selection selection = Selection::all(table);
  ASSERT_TRUE(drop_nulls(table, recipe->features, selection));
  EXPECT_EQ(selection.rows.size(), 114'000U);
  ASSERT_TRUE(keep_above(table, "energy", *recipe->energy_above, selection));
  EXPECT_EQ(selection.rows.size(), 110'495U);
  ASSERT_TRUE(label_rows(table, {.threshold = recipe->event_popularity}, selection));
  EXPECT_EQ(selection.hits(), 85'111U);
  undersample(recipe->seed, selection);
  EXPECT_EQ(selection.rows.size(), 50'768U);
  EXPECT_EQ(selection.hits(), 25'384U);
}

TEST_F(ReferenceTables, CopiesAndSharedIdsAreCounted) {
  const Table table = read("spotify_tracks_114k.csv");
  Selection by_row = Selection::all(table);
  ASSERT_TRUE(drop_duplicates(table, DuplicateRule::row, by_row));
  EXPECT_EQ(by_row.rows.size(), 114'000U - 450U);
  Selection by_id = Selection::all(table);
  ASSERT_TRUE(drop_duplicates(table, DuplicateRule::track_id, by_id));
  EXPECT_EQ(by_id.rows.size(), 89'741U);
}

TEST_F(ReferenceTables, TheGoldenSplitAppliesToItsTable) {
  const Table table = read("spotify_tracks_114k.csv");
  const auto split = read_split(shared_folder() / "golden/seed_split.csv", table);
  ASSERT_TRUE(split) << split.error().message;
  EXPECT_EQ(split->split.train.size(), 40'614U);
  EXPECT_EQ(split->split.test.size(), 10'154U);
  const auto popularity = table.numbers("popularity");
  const auto energy = table.numbers("energy");
  for (std::size_t i = 0; i < split->selection.rows.size(); ++i) {
    const std::uint32_t row = split->selection.rows[i];
    ASSERT_EQ(split->selection.hit[i], popularity[row] >= 15 ? 1 : 0);
    ASSERT_GT(energy[row], 0.1);
  }
}

TEST_F(ReferenceTables, EveryTableIsRecognised) {
  const std::map<std::string, std::pair<std::string, std::size_t>> expected = {
      {"tidytuesday_spotify_songs_32833.csv", {"tidytuesday", 32'833}},
      {"hit_predictor_41k.csv", {"hit_predictor", 41'106}},
      {"musicoset_songs_20405.csv", {"musicoset", 20'405}},
      {"librosa_plus_spotify_3932.csv", {"librosa_plus_spotify", 3'932}},
      {"lufs_vs_spotify_loudness.csv", {"lufs_vs_spotify", 1'654}}};
  for (const auto& [file, facts] : expected) {
    const Table table = read(file);
    EXPECT_EQ(table.name(), facts.first);
    EXPECT_EQ(table.rows(), facts.second) << file;
  }
  EXPECT_FALSE(read("librosa_plus_spotify_3932.csv").numbers("spectral_rolloff_hz").empty());
}

}  // namespace
}  // namespace hitscope
