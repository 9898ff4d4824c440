#include "learn/serving_match.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "learn/made_tables.h"

namespace hitscope {
namespace {

using testing::made_table;
using testing::small_recipe;

class ServingMatch : public ::testing::Test {
 protected:
  void SetUp() override {
    ArtistNumbers artists;
    recipe_ = small_recipe();
    table_ = std::move(*prepare_table(made_table({.rows = 4000}), recipe_, artists));
    // Estimates that halve energy, served loudness one dB too high.
    for (int i = 0; i <= 1000; ++i) {
      const double true_energy = i / 1000.0;
      tracks_.push_back(
          {.energy = true_energy, .loudness = -10, .estimated_energy = true_energy / 2, .loudness_error = 1});
    }
  }
  enum Column : std::size_t { tempo, loudness, key, mode, energy, duration };
  Recipe recipe_;
  TrainingTable table_;
  std::vector<EstimatedTrack> tracks_;
};

TEST_F(ServingMatch, WithoutErrorsOnlyEstimatesChange) {
  match_serving(table_, recipe_.features, tracks_, {}, 1);
  for (std::size_t r = 0; r < table_.size(); ++r) {
    for (const Column c : {tempo, key, mode, duration}) EXPECT_EQ(table_.x(r, c), table_.clean_x(r, c));
    EXPECT_NEAR(table_.x(r, energy), table_.clean_x(r, energy) / 2, 0.06)
        << "that of a track about as energetic";
    EXPECT_NEAR(table_.x(r, loudness), table_.clean_x(r, loudness) + 1, 1e-5);
  }
}

TEST_F(ServingMatch, ErrorsComeAtTheStatedRates) {
  const ServingErrors errors{.tempo_double = 0.1,
                             .tempo_half = 0.2,
                             .tempo_other = 0,
                             .key_fifth = 0.1,
                             .key_relative = 0.1,
                             .key_parallel = 0.05,
                             .key_other = 0};
  match_serving(table_, recipe_.features, tracks_, errors, 1);
  double doubled = 0;
  double halved = 0;
  double fifth = 0;
  double relative = 0;
  double parallel = 0;
  const auto rows = static_cast<double>(table_.size());
  for (std::size_t r = 0; r < table_.size(); ++r) {
    const float ratio = table_.x(r, tempo) / table_.clean_x(r, tempo);
    doubled += ratio == 2 ? 1 / rows : 0;
    halved += ratio == 0.5F ? 1 / rows : 0;
    EXPECT_TRUE(ratio == 2 || ratio == 0.5F || ratio == 1);
    const int was = static_cast<int>(table_.clean_x(r, key));
    const int is = static_cast<int>(table_.x(r, key));
    const int interval = (is - was + 12) % 12;
    const bool same_mode = table_.x(r, mode) == table_.clean_x(r, mode);
    if (same_mode && interval != 0) {
      EXPECT_TRUE(interval == 7 || interval == 5);
      fifth += 1 / rows;
    }
    if (!same_mode && interval == 0) parallel += 1 / rows;
    if (!same_mode && interval != 0) {
      EXPECT_EQ(interval, table_.clean_x(r, mode) == 1 ? 9 : 3) << "C major and A minor are relatives";
      relative += 1 / rows;
    }
  }
  EXPECT_NEAR(doubled, 0.1, 0.02);
  EXPECT_NEAR(halved, 0.2, 0.02);
  EXPECT_NEAR(fifth, 0.1, 0.02);
  EXPECT_NEAR(relative, 0.1, 0.02);
  EXPECT_NEAR(parallel, 0.05, 0.02);
}

TEST_F(ServingMatch, MeasuredTempiAreOffByTheStatedError) {
  match_serving(table_, recipe_.features, tracks_, {.tempo_error_bpm = 0.5}, 1);
  double square = 0;
  for (std::size_t r = 0; r < table_.size(); ++r) {
    const double error =
        static_cast<double>(table_.x(r, tempo)) - static_cast<double>(table_.clean_x(r, tempo));
    square += error * error / static_cast<double>(table_.size());
  }
  EXPECT_NEAR(std::sqrt(square), 0.5, 0.05);
}

TEST_F(ServingMatch, TheSeedDecides) {
  TrainingTable again = table_;
  TrainingTable other = table_;
  const ServingErrors errors{.tempo_half = 0.5};
  match_serving(table_, recipe_.features, tracks_, errors, 1);
  match_serving(again, recipe_.features, tracks_, errors, 1);
  match_serving(other, recipe_.features, tracks_, errors, 2);
  EXPECT_TRUE(std::equal(table_.x.values().begin(), table_.x.values().end(), again.x.values().begin()));
  EXPECT_FALSE(std::equal(table_.x.values().begin(), table_.x.values().end(), other.x.values().begin()));
}

}  // namespace
}  // namespace hitscope
