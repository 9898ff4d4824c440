#include "features/signal_health.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "synth/signals.h"

namespace hitscope {
namespace {

TEST(SignalHealth, ACleanToneHasNothingToSay) {
  SignalHealth health(2);
  auto tone = synth::to_channels(synth::sine(440, -1, 1), 2);
  health.inspect(tone);
  EXPECT_TRUE(health.warnings().empty());
  EXPECT_FALSE(health.silent());
}

TEST(SignalHealth, WhatIsNotANumberBecomesZero) {
  SignalHealth health(1);
  std::vector<float> samples = {0.5F, std::numeric_limits<float>::quiet_NaN(), -0.5F,
                                std::numeric_limits<float>::infinity()};
  health.inspect(samples);
  EXPECT_EQ(samples, (std::vector<float>{0.5F, 0.0F, -0.5F, 0.0F}));
  ASSERT_EQ(health.warnings().size(), 1U);
  EXPECT_EQ(health.warnings()[0], "2 samples are not numbers and were taken as zero.");
}

TEST(SignalHealth, ClippingIsARunAtFullScaleInOneChannel) {
  SignalHealth health(2);
  // Left: three at full scale in a row (clipped). Right: full scale touched twice apart (not clipped).
  std::vector<float> samples = {1, 1, 1, 0, 1, 1, -0.9F, -1, -0.9F, 0, -0.6F, -1, -0.6F, 0, 0, 0};
  health.inspect(samples);
  ASSERT_EQ(health.warnings().size(), 1U);
  EXPECT_EQ(health.warnings()[0], "3 samples are clipped (18.8 % of all).");
}

TEST(SignalHealth, AnOffsetIsReportedWithItsSign) {
  SignalHealth health(1);
  auto tone = synth::sine(441, -20, 1);
  for (float& sample : tone) sample -= 0.1F;
  health.inspect(tone);
  ASSERT_EQ(health.warnings().size(), 1U);
  EXPECT_EQ(health.warnings()[0], "The signal has a DC offset of -0.100.");
}

TEST(SignalHealth, SilenceIsSaid) {
  SignalHealth health(1);
  auto nothing = synth::silence(0.1);
  health.inspect(nothing);
  EXPECT_TRUE(health.silent());
  EXPECT_EQ(health.warnings(), std::vector<std::string>{"The signal is digital silence."});
}

}  // namespace
}  // namespace hitscope
