#include "synth/signals.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "synth/goertzel.h"

namespace hitscope::synth {
namespace {

TEST(Signals, LengthsAreExact) {
  EXPECT_EQ(sine(440.0, 0.0, 1.0).size(), 44100U);
  EXPECT_EQ(sine(440.0, 0.0, 0.1234567, 48000).size(), 5926U);  // 5925.92
  EXPECT_EQ(silence(2.0, 8000), std::vector<float>(16000, 0.0F));
  EXPECT_TRUE(sine(440.0, 0.0, 0.0).empty());
  EXPECT_EQ(white_noise(-20.0, 0.5).size(), 22050U);
}

TEST(Signals, SineHasTheAskedFrequencyAndLevel) {
  const auto tone = sine(440.0, -6.0, 1.0);
  const double amplitude = std::pow(10.0, -6.0 / 20.0);
  EXPECT_NEAR(amplitude_at(tone, 440.0, 44100), amplitude, 1e-6);
  // One second is a whole number of periods of every integer frequency: nothing leaks.
  for (const double other : {439.0, 441.0, 880.0, 1320.0}) EXPECT_LT(amplitude_at(tone, other, 44100), 1e-6);
  EXPECT_NEAR(rms_of(tone), amplitude / std::sqrt(2.0), 1e-6);
  EXPECT_EQ(tone[0], 0.0F);
  EXPECT_GT(tone[1], 0.0F);
}

TEST(Signals, SineStaysExactLateInALongStream) {
  const auto tone = sine(1000.0, 0.0, 100.0, 48000);  // 48 samples a period
  for (std::size_t i = 0; i < 48; ++i) EXPECT_NEAR(tone[i], tone[4799952 + i], 1e-6);
}

TEST(Signals, NothingAliases) {
  EXPECT_EQ(peak_of(sine(5000.0, 0.0, 0.1, 8000)), 0.0);
  const auto chirp = sweep(1000.0, 8000.0, Glide::linear, 0.0, 1.0, 8000);
  EXPECT_EQ(chirp.back(), 0.0F);  // past 4 kHz
}

TEST(Signals, ChordHoldsEveryNoteAtTheSameLevel) {
  const std::array notes = {frequency_of_note(60), frequency_of_note(64), frequency_of_note(67)};
  const auto sound = chord(notes, -12.0, 4.0);
  for (const double f : notes) EXPECT_NEAR(amplitude_at(sound, f, 44100), amplitude_of_db(-12.0), 0.002);
  EXPECT_LE(peak_of(sound), 3.0 * amplitude_of_db(-12.0));
}

TEST(Signals, NotesAreEquallyTempered) {
  EXPECT_DOUBLE_EQ(frequency_of_note(69), 440.0);
  EXPECT_NEAR(frequency_of_note(60), 261.6256, 1e-4);
  EXPECT_NEAR(frequency_of_note(81) / frequency_of_note(69), 2.0, 1e-12);
}

TEST(Signals, ToneRowPlaysEachInItsPlace) {
  const std::array notes = {300.0, 500.0};
  const auto row = tone_row(notes, 0.0, 0.5, 8000);
  ASSERT_EQ(row.size(), 8000U);
  const std::span<const float> all(row);
  EXPECT_NEAR(amplitude_at(all.subspan(1000, 2000), 300.0, 8000), 1.0, 1e-3);
  EXPECT_NEAR(amplitude_at(all.subspan(5000, 2000), 500.0, 8000), 1.0, 1e-3);
  EXPECT_LT(amplitude_at(all.subspan(1000, 2000), 500.0, 8000), 1e-3);
}

// Zero crossings count half periods, so between two moments they tell the mean frequency.
double crossings_per_second(std::span<const float> samples, double sample_rate_hz) {
  int count = 0;
  for (std::size_t i = 1; i < samples.size(); ++i)
    count += (samples[i - 1] < 0.0F) != (samples[i] < 0.0F) ? 1 : 0;
  return count * sample_rate_hz / static_cast<double>(samples.size());
}

TEST(Signals, SweepPassesThroughTheFrequencyItShould) {
  const auto linear = sweep(200.0, 2200.0, Glide::linear, 0.0, 10.0, 16000);
  const auto glide = sweep(200.0, 3200.0, Glide::exponential, 0.0, 10.0, 16000);
  // Mean frequencies of the second from 5 s on: the middle of 1200..1400, and 4 octaves * 0.1 s from 800 up.
  EXPECT_NEAR(crossings_per_second(std::span(linear).subspan(80000, 16000), 16000) / 2.0, 1300.0, 2.0);
  const double mean = 800.0 * (std::exp2(0.4) - 1.0) / (0.4 * std::log(2.0));
  EXPECT_NEAR(crossings_per_second(std::span(glide).subspan(80000, 16000), 16000) / 2.0, mean, 2.0);
  EXPECT_NEAR(rms_of(linear), 1.0 / std::sqrt(2.0), 1e-3);
  // A glissando over no octaves is a plain sine.
  EXPECT_EQ(sweep(440.0, 440.0, Glide::exponential, 0.0, 0.1), sweep(440.0, 440.0, Glide::linear, 0.0, 0.1));
}

TEST(Signals, ClicksFallOnTheirSamples) {
  const auto clicks = click_track(128.0, -6.0, 4.0, 44100, 4);
  const auto click = static_cast<float>(amplitude_of_db(-6.0));
  std::size_t before = 0;
  for (int k = 0; k < 8; ++k) {
    const auto at = static_cast<std::size_t>(std::llround(k * 60.0 / 128.0 * 44100));
    EXPECT_NEAR(clicks[at], k % 4 == 0 ? amplitude_of_db(0.0) : click, 1e-6) << k;
    if (k > 0) {
      EXPECT_EQ(peak_of(std::span(clicks).subspan(before + 300, at - before - 300)), 0.0);
    }
    before = at;
  }
}

TEST(Signals, ClickTrackRepeatsItselfAfterOneBeat) {
  const auto clicks = click_track(150.0, 0.0, 8.0, 8000);  // 3200 samples a beat
  const auto correlation = [&](std::size_t lag) {
    double sum = 0.0;
    for (std::size_t i = 0; i + lag < clicks.size(); ++i) {
      sum += static_cast<double>(clicks[i]) * static_cast<double>(clicks[i + lag]);
    }
    return sum;
  };
  EXPECT_NEAR(correlation(3200) / correlation(0), 19.0 / 20.0, 1e-6);
  for (const std::size_t lag : {800U, 1600U, 2400U}) EXPECT_NEAR(correlation(lag), 0.0, 1e-9);
}

TEST(Signals, NoiseHasExactlyItsLevel) {
  EXPECT_NEAR(rms_of(white_noise(-20.0, 1.0)), 0.1, 1e-6);
  EXPECT_NEAR(rms_of(pink_noise(-20.0, 1.0)), 0.1, 1e-6);
  EXPECT_LE(peak_of(white_noise(-20.0, 1.0)), 0.1 * std::sqrt(3.0) * 1.01);
}

TEST(Signals, NoiseFollowsItsSeed) {
  EXPECT_EQ(white_noise(-20.0, 0.1, 5), white_noise(-20.0, 0.1, 5));
  EXPECT_NE(white_noise(-20.0, 0.1, 5), white_noise(-20.0, 0.1, 6));
}

// Power per hertz around a frequency, averaged over many bins so that chance averages out.
double density(std::span<const float> samples, double centre_hz) {
  double power = 0.0;
  int bins = 0;
  for (double f = 0.9 * centre_hz; f < 1.1 * centre_hz; f += 0.002 * centre_hz, ++bins) {
    power += std::pow(amplitude_at(samples, f, 44100), 2.0);
  }
  return power / bins;
}

TEST(Signals, WhiteIsFlatAndPinkFallsByTenDecibelsADecade) {
  const auto white = white_noise(-20.0, 4.0);
  const auto pink = pink_noise(-20.0, 4.0);
  EXPECT_NEAR(10.0 * std::log10(density(white, 400.0) / density(white, 4000.0)), 0.0, 1.5);
  EXPECT_NEAR(10.0 * std::log10(density(pink, 400.0) / density(pink, 4000.0)), 10.0, 1.5);
}

TEST(Signals, LevelStepsKeepThePhaseUnbroken) {
  const std::array levels = {-20.0, 0.0, -40.0};
  const auto steps = level_steps(100.0, levels, 0.5, 8000);
  const auto plain = sine(100.0, 0.0, 1.5, 8000);
  ASSERT_EQ(steps.size(), 12000U);
  for (const std::size_t i : {10U, 3999U, 4000U, 7999U, 8000U, 11999U}) {
    EXPECT_NEAR(steps[i], amplitude_of_db(levels[i / 4000]) * static_cast<double>(plain[i]), 1e-6);
  }
}

TEST(Signals, ChannelsAreCopies) {
  const std::vector<float> mono = {1.0F, 2.0F};
  EXPECT_EQ(to_channels(mono, 3), (std::vector<float>{1, 1, 1, 2, 2, 2}));
}

}  // namespace
}  // namespace hitscope::synth
