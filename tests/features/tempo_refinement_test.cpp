#include "features/tempo_refinement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "core/random.h"
#include "features/track_features.h"

namespace hitscope {
namespace {

constexpr double kFramesPerSecond = static_cast<double>(kAnalysisRateHz) / kHopLength;

// A pulse a beat; one that falls between two frames is shared by them, so that its centre is where it
// belongs. The tempo changes evenly by `drift`, a share of itself, around its mean.
std::vector<float> pulses(double bpm, double seconds, double drift = 0) {
  std::vector<float> onsets(static_cast<std::size_t>(seconds * kFramesPerSecond), 0.0F);
  double time_s = 0.25;
  while (true) {
    const double place = time_s * kFramesPerSecond;
    const auto frame = static_cast<std::size_t>(place);
    if (frame + 1 >= onsets.size()) return onsets;
    const auto share = static_cast<float>(place - static_cast<double>(frame));
    onsets[frame] += 1 - share;
    onsets[frame + 1] += share;
    time_s += 60 / (bpm * (1 + drift * (time_s / seconds - 0.5)));
  }
}

TEST(TempoRefinement, FindsAFractionalTempoToAHundredth) {
  for (const double bpm : {43.21, 71.93, 99.995, 127.3, 174.06, 239.9}) {
    for (const double error : {-0.004, 0.0005, 0.004}) {
      const auto refined = refine_tempo(pulses(bpm, 60), bpm * (1 + error));
      ASSERT_TRUE(refined) << bpm;
      EXPECT_NEAR(*refined, bpm, 0.01) << error;
    }
  }
}

TEST(TempoRefinement, FindsItAmongOnsetsAtRandom) {
  std::vector<float> onsets = pulses(127.3, 180);
  Random random(1);
  for (float& value : onsets) value += random.uniform() < 0.05 ? 1.0F : 0.0F;
  const auto refined = refine_tempo(onsets, 127.5);
  ASSERT_TRUE(refined);
  EXPECT_NEAR(*refined, 127.3, 0.01);
}

TEST(TempoRefinement, HalfTheTempoIsHalfTheAnswer) {
  const auto refined = refine_tempo(pulses(127.3, 60), 63.8);
  ASSERT_TRUE(refined);
  EXPECT_NEAR(*refined, 127.3 / 2, 0.005);
}

TEST(TempoRefinement, ATempoThatDriftsIsNotRefined) {
  for (const double drift : {-0.05, 0.02, 0.1})
    EXPECT_FALSE(refine_tempo(pulses(120, 120, drift), 120)) << drift;
}

TEST(TempoRefinement, ATempoThatIsNoneIsNotRefined) {
  Random random(2);
  for (int track = 0; track < 5; ++track) {
    std::vector<float> onsets(8000);
    for (float& value : onsets) value = random.uniform() < 0.08 ? 1.0F : 0.0F;
    EXPECT_FALSE(refine_tempo(onsets, 120));
  }
}

TEST(TempoRefinement, ATempoBeyondItsReachIsNotFound) {
  EXPECT_FALSE(refine_tempo(pulses(120, 60), 118));
  EXPECT_FALSE(refine_tempo(pulses(120, 60), 122));
}

TEST(TempoRefinement, NothingIsFoundInNothing) {
  EXPECT_FALSE(refine_tempo({}, 120));
  EXPECT_FALSE(refine_tempo(std::vector<float>(1, 1.0F), 120));
  EXPECT_FALSE(refine_tempo(std::vector<float>(3000, 0.0F), 120));
  EXPECT_FALSE(refine_tempo(pulses(120, 30), 0));
}

}  // namespace
}  // namespace hitscope
