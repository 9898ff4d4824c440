#include "audio/resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

std::vector<float> resample(const std::vector<float>& in, int rate_in, int rate_out, std::size_t block,
                            int channels = 1) {
  Resampler resampler(rate_in, rate_out, channels);
  std::vector<float> out;
  const auto append = [&out](std::span<const float> part) {
    out.insert(out.end(), part.begin(), part.end());
  };
  const std::size_t step = block * static_cast<std::size_t>(channels);
  for (std::size_t at = 0; at < in.size(); at += step) {
    append(resampler.process(std::span(in).subspan(at, std::min(step, in.size() - at))));
  }
  append(resampler.flush());
  return out;
}

TEST(Resampler, EqualRatesPassThrough) {
  const auto in = testing::tones(22050, 1, 0.1);
  EXPECT_EQ(resample(in, 22050, 22050, 100), in);
}

TEST(Resampler, LengthIsTheNextWholeSample) {
  for (const int rate_in : {8000, 11025, 16000, 32000, 44100, 48000, 96000, 192000, 22049}) {
    for (const std::size_t frames : {std::size_t{1}, std::size_t{2}, std::size_t{777}, std::size_t{44101}}) {
      const double exact = static_cast<double>(frames) * (22050.0 / rate_in);
      const auto out = resample(std::vector<float>(frames, 0.5F), rate_in, 22050, 4096);
      EXPECT_EQ(out.size(), static_cast<std::size_t>(std::ceil(exact))) << rate_in << " Hz, " << frames;
    }
  }
}

TEST(Resampler, NothingInNothingOut) {
  EXPECT_TRUE(resample({}, 44100, 22050, 10).empty());
}

TEST(Resampler, BlocksDoNotChangeTheOutput) {
  for (const int rate_in : {8000, 44100, 48000}) {
    const auto in = testing::tones(rate_in, 1, 1.5, 300.0);
    const auto whole = resample(in, rate_in, 22050, in.size());
    for (const std::size_t block : {std::size_t{1}, std::size_t{63}, std::size_t{1152}, std::size_t{8191}}) {
      EXPECT_EQ(resample(in, rate_in, 22050, block), whole) << rate_in << " Hz, blocks of " << block;
    }
  }
}

// A sine below both Nyquist limits is the same sine afterwards, in phase: the theory of sampling.
TEST(Resampler, SineStaysInPlace) {
  for (const int rate_in : {8000, 32000, 44100, 48000, 96000}) {
    const auto out = resample(testing::tones(rate_in, 1, 1.0, 1000.0), rate_in, 22050, 1024);
    const auto ideal = testing::tones(22050, 1, 1.0, 1000.0);
    ASSERT_EQ(out.size(), ideal.size());
    constexpr std::size_t kEdge = 2000;  // where the signal starts and stops, it is no sine
    for (std::size_t i = kEdge; i + kEdge < out.size(); ++i)
      ASSERT_NEAR(out[i], ideal[i], 1e-4) << rate_in << " Hz, sample " << i;
  }
}

TEST(Resampler, WhatLiesAboveTheNewBandVanishes) {
  const auto out = resample(testing::tones(48000, 1, 1.0, 13000.0), 48000, 22050, 1024);
  constexpr std::size_t kEdge = 2000;
  for (std::size_t i = kEdge; i + kEdge < out.size(); ++i) ASSERT_NEAR(out[i], 0.0F, 1e-4);
}

TEST(Resampler, ChannelsAreIndependent) {
  const auto stereo = testing::tones(48000, 2, 0.5);
  std::vector<float> left;
  for (std::size_t i = 0; i < stereo.size(); i += 2) left.push_back(stereo[i]);
  const auto both = resample(stereo, 48000, 22050, 500, 2);
  const auto alone = resample(left, 48000, 22050, 500);
  ASSERT_EQ(both.size(), 2 * alone.size());
  for (std::size_t i = 0; i < alone.size(); ++i) ASSERT_FLOAT_EQ(both[2 * i], alone[i]);
}

}  // namespace
}  // namespace hitscope
