#include "synth/loudness.h"

#include <gtest/gtest.h>

#include <array>

#include "synth/signals.h"

namespace hitscope::synth {
namespace {

// ITU-R BS.1770-4: a full-scale 997 Hz sine in one channel reads -3.01 LUFS. The filters are
// stated for 48 kHz; at other rates the bilinear transform warps the shelf by a few hundredths of a decibel.
TEST(Loudness, ReadsTheStandardsReferenceTone) {
  for (const int rate : {22050, 44100, 48000, 96000}) {
    const auto tone = sine(997.0, 0.0, 2.0, rate);
    const double tolerance = rate == 48000 ? 0.005 : 0.04;
    EXPECT_NEAR(integrated_lufs(tone, rate, 1).value(), -3.01, tolerance) << rate;
    EXPECT_NEAR(integrated_lufs(to_channels(tone, 2), rate, 2).value(), 0.0, tolerance) << rate;
  }
}

// EBU Tech 3341, minimum requirements 1, 3 and 5: stereo 1 kHz tones, -23 +-0.1 LUFS expected.
TEST(Loudness, MeetsEbu3341) {
  const auto measure = [](std::span<const std::array<double, 2>> parts) {
    std::vector<float> mono;
    for (const auto& [level_dbfs, seconds] : parts) {
      const auto tone = sine(1000.0, level_dbfs, seconds, 48000);
      mono.insert(mono.end(), tone.begin(), tone.end());
    }
    return integrated_lufs(to_channels(mono, 2), 48000, 2).value();
  };
  const std::array<std::array<double, 2>, 1> steady = {{{-23.0, 20.0}}};
  const std::array<std::array<double, 2>, 3> relative_gate = {{{-36.0, 10.0}, {-23.0, 60.0}, {-36.0, 10.0}}};
  const std::array<std::array<double, 2>, 3> no_gate = {{{-26.0, 20.0}, {-20.0, 20.1}, {-26.0, 20.0}}};
  EXPECT_NEAR(measure(steady), -23.0, 0.1);
  EXPECT_NEAR(measure(relative_gate), -23.0, 0.1);
  EXPECT_NEAR(measure(no_gate), -23.0, 0.1);
}

TEST(Loudness, SilenceHasNone) {
  EXPECT_FALSE(integrated_lufs(silence(1.0), 44100, 1).has_value());
  EXPECT_FALSE(integrated_lufs({}, 44100, 2).has_value());
  EXPECT_FALSE(integrated_lufs(sine(1000.0, -80.0, 1.0), 44100, 1).has_value());
}

TEST(Loudness, AStreamShorterThanABlockIsOneBlock) {
  EXPECT_NEAR(integrated_lufs(sine(997.0, 0.0, 0.3), 44100, 1).value(), -3.01, 0.1);
}

}  // namespace
}  // namespace hitscope::synth
