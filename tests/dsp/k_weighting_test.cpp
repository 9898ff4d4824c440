#include "dsp/k_weighting.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

namespace hitscope {
namespace {

double gain_db(double frequency_hz, double sample_rate_hz) {
  const auto z = std::polar(1.0, -2 * std::numbers::pi * frequency_hz / sample_rate_hz);
  double gain = 1;
  for (const Biquad& s : k_weighting(sample_rate_hz)) {
    gain *= std::abs((s.b0 + s.b1 * z + s.b2 * z * z) / (1.0 + s.a1 * z + s.a2 * z * z));
  }
  return 20 * std::log10(gain);
}

TEST(KWeighting, HasTheStandardsCoefficientsAt48Kilohertz) {
  const auto sections = k_weighting(48000);
  EXPECT_NEAR(sections[0].b0, 1.53512485958697, 1e-9);
  EXPECT_NEAR(sections[0].b1, -2.69169618940638, 1e-9);
  EXPECT_NEAR(sections[0].b2, 1.19839281085285, 1e-9);
  EXPECT_NEAR(sections[0].a1, -1.69065929318241, 1e-9);
  EXPECT_NEAR(sections[0].a2, 0.73248077421585, 1e-9);
  EXPECT_NEAR(sections[1].a1, -1.99004745483398, 1e-9);
  EXPECT_NEAR(sections[1].a2, 0.99007225036621, 1e-9);
}

TEST(KWeighting, LiftsTheTrebleAndCutsTheRumbleAtEveryRate) {
  for (const double rate_hz : {44100.0, 48000.0, 96000.0, 192000.0}) {
    EXPECT_NEAR(gain_db(997, rate_hz), 0.691, 0.03) << rate_hz;  // what the offset of -0.691 takes away
    EXPECT_NEAR(gain_db(10000, rate_hz), 4.0, 0.1) << rate_hz;
    EXPECT_LT(gain_db(20, rate_hz), -12) << rate_hz;
  }
}

TEST(KWeightedEnergy, EqualsTheDifferenceEquationAndKeepsChannelsApart) {
  constexpr std::size_t frames = 3000;
  for (const std::size_t channels : {1U, 2U, 3U}) {
    std::vector<float> interleaved(frames * channels);
    for (std::size_t i = 0; i < interleaved.size(); ++i) {
      interleaved[i] =
          static_cast<float>(std::sin(0.1 * static_cast<double>(i % channels + 1) * static_cast<double>(i)));
    }
    std::vector<double> expected(channels, 0.0);
    for (std::size_t c = 0; c < channels; ++c) {
      std::vector<double> signal(frames);
      for (std::size_t i = 0; i < frames; ++i) signal[i] = static_cast<double>(interleaved[i * channels + c]);
      for (const Biquad& s : k_weighting(44100)) {
        std::vector<double> out(frames);
        for (std::size_t i = 0; i < frames; ++i) {
          out[i] = s.b0 * signal[i];
          if (i >= 1) out[i] += s.b1 * signal[i - 1] - s.a1 * out[i - 1];
          if (i >= 2) out[i] += s.b2 * signal[i - 2] - s.a2 * out[i - 2];
        }
        signal = out;
      }
      for (const double value : signal) expected[c] += value * value;
    }
    KWeightedEnergy filter(44100, channels);
    std::vector<double> energies(channels, 0.0);
    filter.add(std::span(interleaved).first(1001 * channels), energies);  // in two blocks
    filter.add(std::span(interleaved).subspan(1001 * channels), energies);
    for (std::size_t c = 0; c < channels; ++c) EXPECT_NEAR(energies[c] / expected[c], 1, 1e-9);
  }
}

}  // namespace
}  // namespace hitscope
