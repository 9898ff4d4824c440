// What only FFmpeg reads, through open_decoder().
#include <gtest/gtest.h>
#include <sndfile.h>

#include <string>
#include <string_view>
#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

using testing::Bytes;
using testing::decode;
using namespace std::string_view_literals;

struct FilmCase {
  const char* muxer;
  const char* encoder;
  const char* container;
  const char* codec;
  int channels;
  double tolerance;
};

class FfmpegFormats : public ::testing::TestWithParam<FilmCase> {};

TEST_P(FfmpegFormats, TonesComeBack) {
  const FilmCase& film = GetParam();
  const Bytes bytes = testing::encode_by_ffmpeg(testing::tones(48000, film.channels, 2.0), 48000,
                                                film.channels, film.muxer, film.encoder);
  if (bytes.empty()) GTEST_SKIP() << "this FFmpeg cannot write " << film.muxer << " with " << film.encoder;
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded) << decoded.error().message << ' ' << decoded.error().detail;
  EXPECT_EQ(decoded->info.container, film.container);
  EXPECT_EQ(decoded->info.codec, film.codec);
  EXPECT_EQ(decoded->info.sample_rate_hz, 48000);
  EXPECT_EQ(decoded->info.channels, film.channels);
  EXPECT_NEAR(decoded->info.duration_s(), 2.0, 0.1);
  EXPECT_TRUE(decoded->info.frames_expected);
  EXPECT_TRUE(decoded->info.warnings.empty());
  for (int c = 0; c < film.channels; ++c) {
    if (film.channels > 2 && decoded->info.channel_layout.at(static_cast<std::size_t>(c)) == "LFE")
      continue;  // cut at 120 Hz
    EXPECT_NEAR(testing::tone_peak(decoded->samples, film.channels, c, 48000, 400.0 * (c + 1)), 0.5,
                film.tolerance)
        << c;
  }
}

INSTANTIATE_TEST_SUITE_P(All, FfmpegFormats,
                         ::testing::Values(FilmCase{"mp4", "aac", "mp4", "aac", 2, 0.05},
                                           FilmCase{"mp4", "aac", "mp4", "aac", 6, 0.1},
                                           FilmCase{"ipod", "alac", "mp4", "alac", 2, 0.01},
                                           FilmCase{"adts", "aac", "aac", "aac", 2, 0.05},
                                           FilmCase{"webm", "libopus", "webm", "opus", 2, 0.05},
                                           FilmCase{"matroska", "flac", "matroska", "flac", 2, 0.01},
                                           FilmCase{"asf", "wmav2", "asf", "wmav2", 2, 0.05},
                                           FilmCase{"wv", "wavpack", "wv", "wavpack", 2, 0.01},
                                           FilmCase{"tta", "tta", "tta", "tta", 2, 0.01},
                                           FilmCase{"mpegts", "aac", "mpegts", "aac", 2, 0.05},
                                           FilmCase{"ac3", "ac3", "ac3", "ac3", 2, 0.05}));

TEST(FfmpegDecoding, SpeakersOfAFilm) {
  const Bytes bytes = testing::encode_by_ffmpeg(testing::tones(48000, 6, 0.5), 48000, 6, "mp4", "aac");
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->info.channel_layout, (std::vector<std::string>{"FL", "FR", "FC", "LFE", "BL", "BR"}));
}

TEST(FfmpegDecoding, BlocksDoNotChangeTheSamples) {
  const Bytes bytes = testing::encode_by_ffmpeg(testing::tones(44100, 2, 1.0), 44100, 2, "adts", "aac");
  const auto whole = decode(bytes, {}, 100'000);
  ASSERT_TRUE(whole);
  EXPECT_EQ(decode(bytes, {}, 1)->samples, whole->samples);
  EXPECT_EQ(decode(bytes, {}, 999)->samples, whole->samples);
}

TEST(FfmpegDecoding, FilmCutBeforeItsIndexIsCorrupt) {
  const Bytes bytes = testing::encode_by_ffmpeg(testing::tones(44100, 2, 2.0), 44100, 2, "mp4", "aac");
  const auto decoded = decode(testing::first_part(bytes, 0.5));  // the index stands at the end
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind, ErrorKind::corrupt);
  EXPECT_NE(decoded.error().message.find("MP4"), std::string::npos);
}

TEST(FfmpegDecoding, CutStreamGivesWhatThereIs) {
  const Bytes bytes = testing::encode_by_ffmpeg(testing::tones(44100, 2, 4.0), 44100, 2, "matroska", "flac");
  const auto decoded = decode(testing::first_part(bytes, 0.5));
  ASSERT_TRUE(decoded);
  EXPECT_GT(decoded->info.duration_s(), 1.0);
  EXPECT_LT(decoded->info.duration_s(), 3.0);
  EXPECT_TRUE(testing::any_contains(decoded->info.warnings, "The header promises 4.0 s"));
}

TEST(FfmpegDecoding, NoiseIsUnsupported) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    EXPECT_EQ(decode(testing::noise(200'000, seed)).error().kind, ErrorKind::unsupported_format) << seed;
  }
  EXPECT_EQ(decode(Bytes(200'000)).error().kind, ErrorKind::unsupported_format);
}

// Lists of other files must never be followed, whatever they look like to FFmpeg.
TEST(FfmpegDecoding, ListsOfFilesAreRefused) {
  for (const auto list :
       {"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n"sv,
        "ffconcat version 1.0\nfile /etc/hostname\n"sv,
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n"sv,
        "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>"sv}) {
    EXPECT_EQ(decode(testing::bytes_of(list)).error().kind, ErrorKind::unsupported_format) << list;
  }
}

}  // namespace
}  // namespace hitscope
