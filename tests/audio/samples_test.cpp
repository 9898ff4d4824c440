#include "audio/samples.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace hitscope {
namespace {

// Everything a decoder gives, read in blocks of `block` frames.
std::vector<float> all_of(const SampleView& samples, std::size_t block = 3) {
  auto decoder = open_samples(samples);
  EXPECT_TRUE(decoder) << decoder.error().message;
  std::vector<float> all;
  std::vector<float> buffer(block * static_cast<std::size_t>(samples.channels));
  while (true) {
    const auto frames = (*decoder)->read(buffer);
    EXPECT_TRUE(frames);
    if (!frames || *frames == 0) break;
    const auto count = static_cast<std::ptrdiff_t>(*frames * static_cast<std::size_t>(samples.channels));
    all.insert(all.end(), buffer.begin(), buffer.begin() + count);
  }
  EXPECT_EQ((*decoder)->info().frames_decoded, samples.frames);
  return all;
}

constexpr std::array<float, 8> kInterleaved = {0.0F, 0.5F, 0.1F, 0.6F, 0.2F, 0.7F, 0.3F, 0.8F};
constexpr std::array<float, 8> kPlanar = {0.0F, 0.1F, 0.2F, 0.3F, 0.5F, 0.6F, 0.7F, 0.8F};

TEST(Samples, ComeAsTheyAreWhateverTheBlocks) {
  const SampleView view{.data = kInterleaved.data(),
                        .frames = 4,
                        .channels = 2,
                        .frame_stride = 2,
                        .channel_stride = 1,
                        .sample_rate_hz = 8000};
  const std::vector<float> expected(kInterleaved.begin(), kInterleaved.end());
  for (const std::size_t block : {1U, 3U, 4U, 100U}) EXPECT_EQ(all_of(view, block), expected);
}

TEST(Samples, FollowTheirStrides) {
  const SampleView planar{.data = kPlanar.data(),
                          .frames = 4,
                          .channels = 2,
                          .frame_stride = 1,
                          .channel_stride = 4,
                          .sample_rate_hz = 8000};
  EXPECT_EQ(all_of(planar), std::vector<float>(kInterleaved.begin(), kInterleaved.end()));

  const SampleView backwards{
      .data = &kPlanar[3], .frames = 4, .channels = 1, .frame_stride = -1, .sample_rate_hz = 8000};
  EXPECT_EQ(all_of(backwards), (std::vector<float>{0.3F, 0.2F, 0.1F, 0.0F}));

  const SampleView repeated{
      .data = &kPlanar[1], .frames = 3, .channels = 1, .frame_stride = 0, .sample_rate_hz = 8000};
  EXPECT_EQ(all_of(repeated), (std::vector<float>{0.1F, 0.1F, 0.1F}));
}

TEST(Samples, OfOtherTypesAreBroughtToFullScale) {
  const std::array<std::int16_t, 4> whole = {-32768, -1, 0, 32767};
  EXPECT_EQ(all_of({.type = SampleType::int16, .data = whole.data(), .frames = 4, .sample_rate_hz = 8000}),
            (std::vector<float>{-1.0F, -1.0F / 32768, 0.0F, 32767.0F / 32768}));

  const std::array<double, 2> fine = {0.1, -2.5};
  EXPECT_EQ(all_of({.type = SampleType::float64, .data = fine.data(), .frames = 2, .sample_rate_hz = 8000}),
            (std::vector<float>{0.1F, -2.5F}));
}

TEST(Samples, SayWhatTheyAreAndNothingMore) {
  const auto decoder = open_samples({.data = kPlanar.data(), .frames = 8, .sample_rate_hz = 8000});
  ASSERT_TRUE(decoder);
  const AudioInfo& info = (*decoder)->info();
  EXPECT_EQ(info.sample_rate_hz, 8000);
  EXPECT_EQ(info.channels, 1);
  EXPECT_EQ(info.frames_expected, 8U);
  EXPECT_TRUE(info.container.empty());
  EXPECT_TRUE(info.codec.empty());
}

ErrorKind refusal(const SampleView& samples, const DecodeLimits& limits = {}) {
  const auto decoder = open_samples(samples, limits);
  EXPECT_FALSE(decoder);
  return decoder ? ErrorKind::internal : decoder.error().kind;
}

TEST(Samples, KeepToTheLimitsOfFiles) {
  const float* data = kPlanar.data();
  EXPECT_EQ(refusal({.data = data, .frames = 8, .channels = 9, .sample_rate_hz = 8000}),
            ErrorKind::unsupported_format);
  EXPECT_EQ(refusal({.data = data, .frames = 8, .channels = 0, .sample_rate_hz = 8000}),
            ErrorKind::unsupported_format);
  EXPECT_EQ(refusal({.data = data, .frames = 8, .sample_rate_hz = 3999}), ErrorKind::unsupported_format);
  EXPECT_EQ(refusal({.data = data, .frames = 0, .sample_rate_hz = 8000}), ErrorKind::too_short);
  EXPECT_EQ(refusal({.data = data, .frames = 8, .sample_rate_hz = 8000}, {.max_seconds = 0.0005}),
            ErrorKind::too_long);
}

}  // namespace
}  // namespace hitscope
