#include "dsp/half_band.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace hitscope {
namespace {

// The filter's gain at a frequency in cycles per input sample, from its taps.
double gain(double frequency) {
  double sum = 0.5;
  const auto taps = HalfBandDecimator::taps();
  for (std::size_t j = 0; j < taps.size(); ++j) {
    sum += 2 * static_cast<double>(taps[j]) *
           std::cos(2 * std::numbers::pi * frequency * static_cast<double>(2 * j + 1));
  }
  return sum;
}

TEST(HalfBand, PassesWhatTheOutputUses) {
  for (double f = 0; f <= 0.189; f += 0.001) EXPECT_NEAR(gain(f), 1.0, 0.00115) << f;  // 0.01 dB
}

TEST(HalfBand, StopsWhatWouldAliasOntoIt) {
  for (double f = 0.311; f <= 0.5; f += 0.001) EXPECT_LT(std::abs(gain(f)), std::pow(10, -69.0 / 20)) << f;
}

TEST(HalfBand, IsAntisymmetricAroundAQuarterOfTheRate) {
  for (double f = 0; f <= 0.25; f += 0.01) EXPECT_NEAR(gain(f) + gain(0.5 - f), 1.0, 1e-6) << f;
}

TEST(HalfBand, AnswersAnImpulseWithItsTapsAfterTheStatedDelay) {
  constexpr std::size_t kAt = 40;
  std::vector<float> input(128);
  input[kAt] = 1;
  std::vector<float> output(64);
  HalfBandDecimator decimator(128);
  decimator.process(input, output);
  // An even input index meets only the centre tap.
  for (std::size_t m = 0; m < output.size(); ++m) {
    EXPECT_EQ(output[m], 2 * m == kAt + HalfBandDecimator::kDelay ? 0.5F : 0.0F) << m;
  }

  input[kAt] = 0;
  input[kAt + 1] = 1;
  HalfBandDecimator other(128);
  other.process(input, output);
  const auto taps = HalfBandDecimator::taps();
  constexpr std::size_t kFirst = (kAt + HalfBandDecimator::kDelay + 2) / 2;  // first output after the impulse
  for (std::size_t j = 0; j < taps.size(); ++j) {
    EXPECT_EQ(output[kFirst + j], taps[j]) << j;
    EXPECT_EQ(output[kFirst - 1 - j], taps[j]) << j;
  }
}

TEST(HalfBand, DoesNotDependOnTheBlocks) {
  std::vector<float> input(1000);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = std::sin(static_cast<float>(i * i % 997));
  std::vector<float> whole(500);
  HalfBandDecimator(1000).process(input, whole);

  HalfBandDecimator decimator(64);
  std::vector<float> pieces(500);
  for (std::size_t at = 0, size = 2; at < input.size(); size = size % 64 + 2) {
    const std::size_t n = std::min(size, input.size() - at);
    decimator.process(std::span(input).subspan(at, n), std::span(pieces).subspan(at / 2, n / 2));
    at += n;
  }
  EXPECT_EQ(pieces, whole);
}

}  // namespace
}  // namespace hitscope
