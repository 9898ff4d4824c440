#include "features/tuning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "features/spectrum.h"

namespace hitscope {
namespace {

// A scale of notes with five partials each, half a second a note.
std::vector<float> scale(double cents) {
  std::vector<float> signal;
  for (const int note : {60, 62, 64, 65, 67, 69, 71, 72}) {
    const double hz = 440 * std::exp2((note - 69) / 12.0 + cents / 1200);
    for (int i = 0; i < kAnalysisRateHz / 2; ++i) {
      double x = 0;
      for (int h = 1; h <= 5; ++h)
        x += 0.1 / h * std::sin(2 * std::numbers::pi * hz * h * i / kAnalysisRateHz);
      signal.push_back(static_cast<float>(x));
    }
  }
  return signal;
}

std::optional<double> tuning_of(const std::vector<float>& signal) {
  Spectrum spectrum;
  Tuning tuning;
  for (std::size_t at = 0; at + kFftSize <= signal.size(); at += kHopLength) {
    spectrum.compute(std::span(signal).subspan(at, kFftSize));
    tuning.push(spectrum.magnitude());
  }
  return tuning.finish();
}

TEST(Tuning, FindsTheDetuningOfAScale) {
  for (const double cents : {-45.0, -30.0, -12.0, 0.0, 7.0, 23.0, 44.0}) {
    const auto found = tuning_of(scale(cents));
    ASSERT_TRUE(found);
    EXPECT_NEAR(*found, cents, 3.0) << cents;
  }
}

TEST(Tuning, WrapsAtHalfASemitone) {
  const auto found = tuning_of(scale(50));
  ASSERT_TRUE(found);
  EXPECT_NEAR(std::abs(*found), 50.0, 3.0);
}

TEST(Tuning, DoesNotDependOnTheLevel) {
  auto signal = scale(20);
  const auto loud = tuning_of(signal);
  for (float& x : signal) x *= 0.001F;
  EXPECT_NEAR(tuning_of(signal).value(), loud.value(), 1.0);
}

TEST(Tuning, IsUnknownInSilence) {
  EXPECT_FALSE(tuning_of(std::vector<float>(22050)));
  EXPECT_FALSE(Tuning().finish());
}

}  // namespace
}  // namespace hitscope
