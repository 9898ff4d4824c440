#include "synth/mix.h"

#include <gtest/gtest.h>

#include <cmath>

#include "synth/goertzel.h"
#include "synth/signals.h"

namespace hitscope::synth {
namespace {

TEST(Mix, PanningKeepsThePower) {
  const std::vector<float> one = {1.0F};
  for (const double pan : {-1.0, -0.4, 0.0, 0.7, 1.0}) {
    Stereo bus(1);
    bus.add_mono(one, 0, 1.0, pan);
    EXPECT_NEAR(std::hypot(bus.left[0], bus.right[0]), std::sqrt(2.0), 1e-6);
    EXPECT_EQ(bus.left[0] > bus.right[0], pan < 0.0);
  }
}

TEST(Mix, SoundsPastTheEndAreCut) {
  Stereo bus(3);
  bus.add_mono(std::vector<float>(5, 1.0F), 2, 1.0, 0.0);
  bus.add_mono(std::vector<float>(5, 1.0F), 7, 1.0, 0.0);
  EXPECT_EQ(bus.left[1], 0.0F);
  EXPECT_NEAR(bus.left[2], 1.0F, 1e-6);
}

TEST(Mix, ReverberationDecaysAsFastAsAsked) {
  Stereo impulse(66150);
  impulse.left[0] = impulse.right[0] = 1.0F;
  const Stereo wet = reverberate(impulse, 1.0, 44100);
  const auto level_db = [&](std::size_t from) {
    return 20.0 * std::log10(rms_of(std::span(wet.left).subspan(from, 4410)));
  };
  // 60 dB a second at low frequencies; the damped treble goes faster.
  const double fall_db = level_db(8820) - level_db(8820 + 22050);
  EXPECT_GT(fall_db, 25.0);
  EXPECT_LT(fall_db, 50.0);
  for (std::size_t i = 0; i < 1300; ++i) ASSERT_EQ(wet.left[i], 0.0F);  // before the shortest line
}

TEST(Mix, EchoAlternatesSides) {
  Stereo click(10000);
  click.left[0] = click.right[0] = 1.0F;
  const Stereo wet = echo(click, 0.05, 0.5, 44100);
  EXPECT_GT(wet.left[2205], 0.1F);
  EXPECT_EQ(wet.right[2205], 0.0F);
  EXPECT_GT(wet.right[4410], 0.01F);
  EXPECT_EQ(peak_of(std::span(wet.left).first(2205)), 0.0);
}

TEST(Mix, DuckingFallsAndRecovers) {
  Stereo bus(44100);
  std::fill(bus.left.begin(), bus.left.end(), 1.0F);
  std::fill(bus.right.begin(), bus.right.end(), 1.0F);
  const std::vector<std::size_t> starts = {4410};
  duck(bus, starts, 0.5, 0.2, 44100);
  EXPECT_EQ(bus.left[4400], 1.0F);
  EXPECT_NEAR(bus.left[4410 + 221], 0.5, 0.05);
  EXPECT_GT(bus.left[4410 + 4410], 0.8F);
  EXPECT_EQ(bus.right[4410 + 8820], 1.0F);
}

TEST(Mix, TheLimiterNeverExceedsItsCeiling) {
  auto loud = to_channels(level_steps(60.0, std::vector<double>{12.0, -30.0, 6.0, 20.0, -6.0}, 0.2), 2);
  limit(loud, 2, 0.9, 44100);
  EXPECT_LE(peak_of(loud), 0.9 * (1.0 + 1e-5));
  EXPECT_GT(peak_of(loud), 0.85);
}

TEST(Mix, TheLimiterLeavesQuietSignalsAlone) {
  const auto quiet = to_channels(sine(440.0, -6.0, 0.3), 2);
  auto limited = quiet;
  limit(limited, 2, 0.9, 44100);
  for (std::size_t i = 0; i < quiet.size(); ++i) ASSERT_NEAR(limited[i], quiet[i], 1e-6);
}

TEST(Mix, TheLimiterActsOnBothChannelsAlike) {
  std::vector<float> frames;
  const auto tone = sine(300.0, 0.0, 0.2);
  for (const float x : tone) {
    frames.push_back(3.0F * x);
    frames.push_back(0.3F * x);
  }
  limit(frames, 2, 0.9, 44100);
  for (std::size_t i = 0; i < frames.size(); i += 2) ASSERT_NEAR(frames[i], 10.0F * frames[i + 1], 1e-5);
}

}  // namespace
}  // namespace hitscope::synth
