#include "dsp/constant_q.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/random.h"

namespace hitscope {
namespace {

constexpr double kPi = std::numbers::pi;
const double kRatio = std::exp2(1.0 / 36);
const double kQuality = (kRatio * kRatio + 1) / (kRatio * kRatio - 1);

using Frames = std::vector<std::vector<float>>;

Frames transform(std::span<const float> signal, std::size_t block) {
  Frames frames;
  ConstantQ stage([&](std::span<const float> m) { frames.emplace_back(m.begin(), m.end()); });
  for (std::size_t at = 0; at < signal.size(); at += block) {
    stage.push(signal.subspan(at, std::min(block, signal.size() - at)));
  }
  stage.finish();
  return frames;
}

double bin_hz(double bin) {
  return ConstantQ::kMinHz * std::exp2(bin / 36);
}

std::vector<float> sine(double hz, double amplitude, std::size_t samples) {
  std::vector<float> signal(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    signal[i] = static_cast<float>(
        amplitude * std::sin(2 * kPi * hz * static_cast<double>(i) / ConstantQ::kSampleRateHz));
  }
  return signal;
}

TEST(ConstantQ, MeasuresASineOnEveryOctaveByTheStatedFormula) {
  for (std::size_t bin = 5; bin < ConstantQ::kBins; bin += 23) {
    const double hz = bin_hz(static_cast<double>(bin));
    const auto frames = transform(sine(hz, 0.5, 4 * 22050), 4096);
    const auto& middle = frames[frames.size() / 2];
    const double expected = 0.25 * std::sqrt(kQuality * ConstantQ::kSampleRateHz / hz);
    EXPECT_NEAR(static_cast<double>(middle[bin]), expected, 0.005 * expected) << hz;
    EXPECT_EQ(std::max_element(middle.begin(), middle.end()) - middle.begin(),
              static_cast<std::ptrdiff_t>(bin));
  }
}

TEST(ConstantQ, FallsOffAsTheHannWindowDoes) {
  // At a distance of d windows' widths the Hann window's transform is sinc(d) / (1 - d^2).
  constexpr std::size_t kBin = 120;
  const auto frames = transform(sine(bin_hz(kBin), 1.0, 3 * 22050), 4096);
  const auto& middle = frames[frames.size() / 2];
  for (const std::size_t bin : {kBin - 1, kBin + 1, kBin + 3}) {
    const double hz = bin_hz(static_cast<double>(bin));
    const double d = kQuality * (bin_hz(kBin) - hz) / hz;
    const double attenuation = std::abs(std::sin(kPi * d) / (kPi * d) / (1 - d * d));
    const double expected = attenuation * 0.5 * std::sqrt(kQuality * ConstantQ::kSampleRateHz / hz);
    EXPECT_NEAR(static_cast<double>(middle[bin]), expected, 0.02 * expected + 0.01) << bin;
  }
}

TEST(ConstantQ, CentresFramesOnTheirSamples) {
  // A click at sample 40 * kHop is strongest in frame 40, on every octave, and equally far from it on both
  // sides it looks the same.
  std::vector<float> signal(80 * ConstantQ::kHop);
  signal[40 * ConstantQ::kHop] = 1;
  const auto frames = transform(signal, 1000);
  for (std::size_t bin = 18; bin < ConstantQ::kBins; bin += 36) {
    for (std::size_t t = 0; t < frames.size(); ++t)
      EXPECT_LE(frames[t][bin], frames[40][bin]) << bin << ' ' << t;
    for (std::size_t k = 1; k < 20; ++k) {
      EXPECT_NEAR(frames[40 - k][bin], frames[40 + k][bin], 1e-4F * frames[40][bin]) << bin << ' ' << k;
    }
  }
}

TEST(ConstantQ, RejectsWhatTheDecimatorsFoldBack) {
  // 8 kHz is above every bin; folded at 11,025 Hz it would land on 3,025 Hz.
  const auto frames = transform(sine(8000, 1.0, 22050), 4096);
  const auto& middle = frames[frames.size() / 2];
  EXPECT_LT(*std::max_element(middle.begin(), middle.end()), 0.01F);
}

TEST(ConstantQ, CountsFrames) {
  for (const std::size_t n : {0UL, 1UL, 1023UL, 1024UL, 5000UL, 22050UL}) {
    const std::vector<float> signal(n, 0.1F);
    EXPECT_EQ(transform(signal, 777).size(), n == 0 ? 0 : 1 + n / ConstantQ::kHop) << n;
  }
}

TEST(ConstantQ, DoesNotDependOnTheBlocks) {
  Random random(7);
  std::vector<float> signal(50000);
  for (float& x : signal) x = static_cast<float>(random.uniform() - 0.5);
  const auto whole = transform(signal, signal.size());
  EXPECT_EQ(transform(signal, 1), whole);
  EXPECT_EQ(transform(signal, 4095), whole);
}

}  // namespace
}  // namespace hitscope
