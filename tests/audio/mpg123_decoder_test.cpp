// MPEG audio, through open_decoder().
#include <gtest/gtest.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

using testing::Bytes;
using testing::decode;
using namespace std::string_view_literals;

constexpr int kMp3 = SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III;

Bytes mp3(double seconds, int rate = 44100, int channels = 2, std::string_view title = {},
          std::string_view artist = {}) {
  return testing::encode_by_sndfile(testing::tones(rate, channels, seconds), rate, channels, kMp3, title,
                                    artist);
}

TEST(Mp3Decoding, TonesComeBackGapless) {
  for (const int rate : {44100, 48000, 32000, 24000, 22050, 11025}) {
    const auto decoded = decode(mp3(2.0, rate));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->info.container, "mp3");
    EXPECT_EQ(decoded->info.codec, "mp3");
    EXPECT_EQ(decoded->info.sample_rate_hz, rate);
    EXPECT_EQ(decoded->info.channels, 2);
    EXPECT_EQ(decoded->info.frames_decoded,
              static_cast<std::uint64_t>(2 * rate));  // delay and padding are cut off
    EXPECT_EQ(decoded->info.frames_expected, decoded->info.frames_decoded);
    EXPECT_FALSE(decoded->info.expected_is_estimate);
    EXPECT_TRUE(decoded->info.warnings.empty());
    EXPECT_NEAR(testing::tone_peak(decoded->samples, 2, 0, rate, 400.0), 0.5, 0.02) << rate;
    EXPECT_NEAR(testing::tone_peak(decoded->samples, 2, 1, rate, 800.0), 0.5, 0.02) << rate;
  }
}

TEST(Mp3Decoding, BlocksDoNotChangeTheSamples) {
  const Bytes bytes = mp3(1.0);
  const auto whole = decode(bytes, {}, 100'000);
  for (const std::size_t block : {std::size_t{1}, std::size_t{577}, std::size_t{4096}}) {
    EXPECT_EQ(decode(bytes, {}, block)->samples, whole->samples) << block;
  }
}

TEST(Mp3Decoding, TitleAndArtist) {
  const auto decoded = decode(mp3(0.2, 44100, 1, "A Title", "An Artist"));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->info.title, "A Title");
  EXPECT_EQ(decoded->info.artist, "An Artist");
}

TEST(Mp3Decoding, OldTagAtTheEndIsLatin1) {
  Bytes tag = testing::bytes_of("TAG");
  const Bytes title = testing::bytes_of(
      "Gr\xFC\xDF"
      "e");
  tag.insert(tag.end(), title.begin(), title.end());
  tag.resize(128, std::byte{' '});
  const auto decoded = decode(testing::joined({mp3(0.2, 44100, 1), tag}));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->info.title, "Gr\u00FC\u00DFe");
  EXPECT_TRUE(decoded->info.warnings.empty());
}

TEST(Mp3Decoding, CutStreamGivesWhatThereIs) {
  const auto decoded = decode(testing::first_part(mp3(4.0), 0.5));
  ASSERT_TRUE(decoded);
  EXPECT_NEAR(decoded->info.duration_s(), 2.0, 0.2);
  EXPECT_TRUE(testing::any_contains(decoded->info.warnings, "The header promises 4.0 s"));
}

TEST(Mp3Decoding, GarbageInTheMiddleIsSkippedNotPlayed) {
  const Bytes whole = mp3(4.0);
  const Bytes half = testing::first_part(whole, 0.5);
  const Bytes rest(whole.begin() + static_cast<std::ptrdiff_t>(half.size()), whole.end());
  const auto decoded = decode(testing::joined({half, testing::noise(60'000, 9), rest}));
  ASSERT_TRUE(decoded);
  EXPECT_NEAR(decoded->info.duration_s(), 4.0, 0.2);
  EXPECT_LE(std::ranges::max(decoded->samples), 0.7F);  // tones of 0.5: nothing of the noise
  EXPECT_TRUE(testing::any_contains(decoded->info.warnings, "no MPEG audio and were skipped"));
}

TEST(Mp3Decoding, FlippedBitsNeverBecomeThunder) {
  Bytes bytes = mp3(4.0);
  const Bytes places = testing::noise(4 * 400, 10);
  for (std::size_t i = 0; i + 4 <= places.size(); i += 4) {
    std::size_t at = 0;
    for (std::size_t k = 0; k < 4; ++k) at = at * 256 + std::to_integer<std::size_t>(places[i + k]);
    bytes[2000 + at % (bytes.size() - 2000)] ^= std::byte{0x10};
  }
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_GT(decoded->info.duration_s(), 2.0);
  for (const float sample : decoded->samples) ASSERT_LE(std::abs(sample), 8.0F);
}

TEST(Mp3Decoding, JoinedFilesOfOtherFormatsAreConvertedToTheFirst) {
  const auto decoded = decode(testing::joined({mp3(1.0, 44100, 2), mp3(1.0, 48000, 1), mp3(1.0, 32000, 2)}));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->info.sample_rate_hz, 44100);
  EXPECT_EQ(decoded->info.channels, 2);
  EXPECT_NEAR(decoded->info.duration_s(), 3.0, 0.3);
  EXPECT_TRUE(testing::any_contains(decoded->info.warnings, "converted to 44100 Hz, 2 channel"));
}

TEST(Mp3Decoding, WrongFrameCountInTheTagIsToldNotObeyed) {
  Bytes bytes = mp3(2.0);
  const Bytes mark = testing::bytes_of("Info");
  const Bytes other = testing::bytes_of("Xing");
  auto at = std::search(bytes.begin(), bytes.end(), mark.begin(), mark.end());
  if (at == bytes.end()) at = std::search(bytes.begin(), bytes.end(), other.begin(), other.end());
  ASSERT_NE(at, bytes.end());
  const auto count = at - bytes.begin() + 8;
  bytes[static_cast<std::size_t>(count) + 2] = std::byte{0};
  bytes[static_cast<std::size_t>(count) + 3] = std::byte{20};  // 20 frames of about 78
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_NEAR(decoded->info.duration_s(), 2.0, 0.1);
  EXPECT_TRUE(testing::any_contains(decoded->info.warnings, "The header promises"));
}

TEST(Mp3Decoding, InRiffAndUnderAnyName) {
  const auto decoded = decode(testing::wav({0x55, 2, 44100, 0}, mp3(1.0)));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->info.container, "wav");
  EXPECT_EQ(decoded->info.codec, "mp3");
  EXPECT_EQ(decoded->info.frames_decoded, 44100U);
}

TEST(Mp3Decoding, LayerTwo) {
  const Bytes bytes = testing::encode_by_ffmpeg(testing::tones(48000, 2, 1.0), 48000, 2, "mp2", "mp2");
  if (bytes.empty()) GTEST_SKIP() << "this FFmpeg has no MP2 encoder";
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->info.codec, "mp2");
  EXPECT_NEAR(decoded->info.duration_s(), 1.0, 0.05);
  EXPECT_TRUE(decoded->info.expected_is_estimate);
  EXPECT_NEAR(testing::tone_peak(decoded->samples, 2, 0, 48000, 400.0), 0.5, 0.03);
}

}  // namespace
}  // namespace hitscope
