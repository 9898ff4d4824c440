#include "features/key.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "core/random.h"
#include "features/chroma.h"
#include "features/spectrum.h"
#include "features/tuning.h"

namespace hitscope {
namespace {

using Signal = std::vector<float>;

// Chords of tones with three partials, 0.8 s each, in MIDI notes.
Signal play(const std::vector<std::vector<int>>& chords, double shift_semitones) {
  Signal signal;
  for (const auto& chord : chords) {
    for (int i = 0; i < kAnalysisRateHz * 4 / 5; ++i) {
      const double t = static_cast<double>(i) / kAnalysisRateHz;
      double x = 0;
      for (const int note : chord) {
        const double hz = 440 * std::exp2((note + shift_semitones - 69) / 12);
        for (int h = 1; h <= 3; ++h) x += std::sin(2 * std::numbers::pi * hz * h * t) / (h * h);
      }
      signal.push_back(static_cast<float>(0.05 * x * std::exp(-t) * std::min(1.0, 200 * t)));
    }
  }
  return signal;
}

// I IV V I vi ii V I, and i iv V i VI iv V i, with a bass.
Signal major_piece(double shift) {
  return play({{36, 60, 64, 67},
               {41, 60, 65, 69},
               {43, 59, 62, 67},
               {36, 60, 64, 67},
               {45, 60, 64, 69},
               {38, 62, 65, 69},
               {43, 59, 62, 67},
               {36, 60, 64, 67}},
              shift);
}
Signal minor_piece(double shift) {
  return play({{36, 60, 63, 67},
               {41, 60, 65, 68},
               {43, 59, 62, 67},
               {36, 60, 63, 67},
               {44, 60, 63, 68},
               {41, 60, 65, 68},
               {43, 59, 62, 67},
               {36, 60, 63, 67}},
              shift);
}

KeyEstimate key_of(const Signal& signal) {
  Spectrum spectrum;
  Tuning tuning;
  for (std::size_t at = 0; at + kFftSize <= signal.size(); at += kHopLength) {
    spectrum.compute(std::span(signal).subspan(at, kFftSize));
    tuning.push(spectrum.magnitude());
  }
  ChromaStage chroma;
  chroma.push(signal);
  return estimate_key(chroma.finish(tuning.finish()).evidence);
}

TEST(Key, FindsEveryMajorAndMinorKey) {
  for (int tonic = 0; tonic < 12; ++tonic) {
    const auto major = key_of(major_piece(tonic));
    EXPECT_EQ(major.key, tonic);
    EXPECT_EQ(major.mode, 1);
    EXPECT_GT(major.confidence.value_or(0), 0.8) << tonic;
    const auto minor = key_of(minor_piece(tonic));
    EXPECT_EQ(minor.key, tonic);
    EXPECT_EQ(minor.mode, 0);
    EXPECT_GT(minor.confidence.value_or(0), 0.8) << tonic;
  }
}

TEST(Key, SurvivesDetuningAndNoise) {
  for (const double cents : {-40.0, -15.0, 15.0, 40.0}) {
    Signal signal = minor_piece(2 + cents / 100);
    Random random(3);
    for (float& x : signal) x += static_cast<float>(0.003 * random.normal());
    const auto estimate = key_of(signal);
    EXPECT_EQ(estimate.key, 2) << cents;
    EXPECT_EQ(estimate.mode, 0) << cents;
  }
}

TEST(Key, RanksAllKeysByProbability) {
  const auto candidates = key_of(major_piece(0)).candidates;
  ASSERT_EQ(candidates.size(), 24U);
  double sum = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    EXPECT_GE(candidates[i].score, 0);
    if (i > 0) {
      EXPECT_LE(candidates[i].score, candidates[i - 1].score);
    }
    sum += candidates[i].score;
  }
  EXPECT_LE(sum, 1 + 1e-9);
  EXPECT_GT(sum, 0.9);
}

TEST(Key, IsUnknownInNoiseAndClicks) {
  Random random(11);
  Signal noise(20 * kAnalysisRateHz);
  for (float& x : noise) x = static_cast<float>(0.1 * random.normal());
  const auto in_noise = key_of(noise);
  EXPECT_LT(in_noise.confidence.value_or(0), 0.2);

  Signal clicks(20 * kAnalysisRateHz);
  for (std::size_t at = 0; at < clicks.size(); at += kAnalysisRateHz / 2) clicks[at] = 0.8F;
  EXPECT_LT(key_of(clicks).confidence.value_or(0), 0.3);
}

TEST(Key, IsUnknownInSilence) {
  for (const std::size_t samples : {0UL, 100UL, 100000UL}) {
    const auto estimate = key_of(Signal(samples));
    EXPECT_FALSE(estimate.key);
    EXPECT_FALSE(estimate.mode);
    EXPECT_FALSE(estimate.confidence);
    EXPECT_TRUE(estimate.candidates.empty());
  }
}

}  // namespace
}  // namespace hitscope
