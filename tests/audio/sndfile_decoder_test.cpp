// WAV, AIFF, FLAC, Ogg and their kin, through open_decoder().
#include <gtest/gtest.h>
#include <sndfile.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

using testing::Bytes;
using testing::decode;

struct WavCase {
  const char* codec;
  std::uint16_t tag;
  std::uint16_t bits;
  std::vector<int> bytes;          // two samples
  std::vector<double> full_scale;  // what they mean
};

TEST(WavDecoding, EverySampleFormatByHand) {
  const std::vector<WavCase> cases = {
      {"pcm_u8", 1, 8, {0x80, 0xC0}, {0.0, 0.5}},
      {"pcm_s16le", 1, 16, {0x00, 0x40, 0x00, 0x80}, {0.5, -1.0}},
      {"pcm_s24le", 1, 24, {0x00, 0x00, 0x40, 0x00, 0x00, 0x80}, {0.5, -1.0}},
      {"pcm_s32le", 1, 32, {0x00, 0x00, 0x00, 0x40, 0x00, 0x00, 0x00, 0x80}, {0.5, -1.0}},
      {"pcm_f32le",
       3,
       32,
       {0x00, 0x00, 0x00, 0x3F, 0x00, 0x00, 0x00, 0xC1},
       {0.5, -8.0}},  // may exceed full scale
      {"pcm_f64le", 3, 64, {0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0, 0, 0, 0, 0, 0, 0xF0, 0xBF}, {0.5, -1.0}},
      {"pcm_mulaw", 7, 8, {0xFF, 0x00}, {0.0, -32124.0 / 32768.0}},  // G.711: zero and the lowest
      {"pcm_alaw", 6, 8, {0xD5, 0x2A}, {8.0 / 32768.0, -32256.0 / 32768.0}},
  };
  for (const WavCase& wav_case : cases) {
    Bytes data;
    for (const int byte : wav_case.bytes) data.push_back(static_cast<std::byte>(byte));
    const auto decoded = decode(testing::wav({wav_case.tag, 1, 8000, wav_case.bits}, data));
    ASSERT_TRUE(decoded) << wav_case.codec << ": " << decoded.error().message;
    EXPECT_EQ(decoded->info.codec, wav_case.codec);
    EXPECT_EQ(decoded->info.container, "wav");
    EXPECT_EQ(decoded->info.sample_rate_hz, 8000);
    EXPECT_EQ(decoded->info.channels, 1);
    EXPECT_EQ(decoded->info.bit_rate_bps, 8000.0 * wav_case.bits);
    ASSERT_EQ(decoded->samples.size(), 2U) << wav_case.codec;
    EXPECT_NEAR(decoded->samples[0], wav_case.full_scale[0], 1e-6) << wav_case.codec;
    EXPECT_NEAR(decoded->samples[1], wav_case.full_scale[1], 1e-6) << wav_case.codec;
    EXPECT_TRUE(decoded->info.warnings.empty());
  }
}

TEST(WavDecoding, ShortOfItsPromiseSaysSo) {
  const auto decoded = decode(testing::wav({1, 1, 8000, 16}, Bytes(8000), 32000));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->info.frames_decoded, 4000U);
  EXPECT_EQ(decoded->info.frames_expected, 16000U);
  EXPECT_TRUE(
      testing::any_contains(decoded->info.warnings, "The header promises 2.0 s, 0.5 s could be decoded."));
}

TEST(WavDecoding, WrittenToAPipeHasNoPromise) {
  for (const std::int64_t claimed : {std::int64_t{0}, std::int64_t{0xFFFFFFFF}}) {
    const auto decoded = decode(testing::wav({1, 1, 8000, 16}, Bytes(8000), claimed));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->info.frames_decoded, 4000U);
    EXPECT_TRUE(decoded->info.warnings.empty());
  }
}

TEST(WavDecoding, HeaderWithoutASampleIsTooShort) {
  EXPECT_EQ(decode(testing::wav({1, 1, 8000, 16}, {})).error().kind, ErrorKind::too_short);
  EXPECT_TRUE(decode(testing::wav({1, 1, 8000, 16}, Bytes(2))));  // one sample is audio
}

struct FormatCase {
  const char* container;
  const char* codec;
  int format;
  int sample_rate_hz;
  double tolerance;       // of the peak of 0.5
  std::uint64_t padding;  // samples a codec of whole blocks may add at the end
};

class SndfileFormats : public ::testing::TestWithParam<FormatCase> {};

TEST_P(SndfileFormats, TonesComeBack) {
  const FormatCase& format = GetParam();
  const auto samples = testing::tones(format.sample_rate_hz, 2, 1.0);
  const Bytes bytes = testing::encode_by_sndfile(samples, format.sample_rate_hz, 2, format.format);
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->info.container, format.container);
  EXPECT_EQ(decoded->info.codec, format.codec);
  EXPECT_EQ(decoded->info.sample_rate_hz, format.sample_rate_hz);
  EXPECT_EQ(decoded->info.channels, 2);
  EXPECT_GE(decoded->info.frames_decoded, samples.size() / 2);
  EXPECT_LE(decoded->info.frames_decoded, samples.size() / 2 + format.padding);
  EXPECT_EQ(decoded->info.frames_expected, decoded->info.frames_decoded);
  EXPECT_GT(decoded->info.bit_rate_bps.value_or(0), 8000.0);
  EXPECT_TRUE(decoded->info.warnings.empty());
  EXPECT_NEAR(testing::tone_peak(decoded->samples, 2, 0, format.sample_rate_hz, 400.0), 0.5,
              format.tolerance);
  EXPECT_NEAR(testing::tone_peak(decoded->samples, 2, 1, format.sample_rate_hz, 800.0), 0.5,
              format.tolerance);
  EXPECT_NEAR(testing::tone_peak(decoded->samples, 2, 0, format.sample_rate_hz, 800.0), 0.0,
              format.tolerance);
}

INSTANTIATE_TEST_SUITE_P(
    All, SndfileFormats,
    ::testing::Values(FormatCase{"wav", "pcm_s24le", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 44100, 1e-4, 0},
                      FormatCase{"wav", "adpcm_ima", SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 44100, 1e-2, 1017},
                      FormatCase{"rf64", "pcm_s16le", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 48000, 1e-4, 0},
                      FormatCase{"w64", "pcm_s16le", SF_FORMAT_W64 | SF_FORMAT_PCM_16, 44100, 1e-4, 0},
                      FormatCase{"aiff", "pcm_s16be", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 44100, 1e-4, 0},
                      FormatCase{"aiff", "pcm_s16le", SF_FORMAT_AIFF | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE,
                                 44100, 1e-4, 0},
                      FormatCase{"au", "pcm_f32be", SF_FORMAT_AU | SF_FORMAT_FLOAT, 32000, 1e-5, 0},
                      FormatCase{"caf", "pcm_s16be", SF_FORMAT_CAF | SF_FORMAT_PCM_16, 44100, 1e-4, 0},
                      FormatCase{"caf", "alac", SF_FORMAT_CAF | SF_FORMAT_ALAC_16, 44100, 1e-4, 0},
                      FormatCase{"flac", "flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 96000, 1e-4, 0},
                      FormatCase{"flac", "flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 44100, 1e-5, 0},
                      FormatCase{"ogg", "vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2e-2, 0},
                      FormatCase{"ogg", "opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 2e-2, 0}));

TEST(SndfileDecoding, TitleAndArtist) {
  for (const int format : {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
                           SF_FORMAT_OGG | SF_FORMAT_VORBIS}) {
    const auto decoded = decode(
        testing::encode_by_sndfile(testing::tones(44100, 1, 0.1), 44100, 1, format, "A Title", "An Artist"));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->info.title, "A Title");
    EXPECT_EQ(decoded->info.artist, "An Artist");
  }
}

TEST(SndfileDecoding, SpeakersWhereTheFormatFixesThem) {
  const auto samples = testing::tones(44100, 6, 0.2);
  const auto flac = decode(testing::encode_by_sndfile(samples, 44100, 6, SF_FORMAT_FLAC | SF_FORMAT_PCM_16));
  ASSERT_TRUE(flac);
  EXPECT_EQ(flac->info.channel_layout, (std::vector<std::string>{"FL", "FR", "FC", "LFE", "BL", "BR"}));
  // Vorbis I, section 4.3.9, which Opus follows: the order of six channels.
  const auto opus = decode(
      testing::encode_by_sndfile(testing::tones(48000, 6, 0.2), 48000, 6, SF_FORMAT_OGG | SF_FORMAT_OPUS));
  ASSERT_TRUE(opus);
  EXPECT_EQ(opus->info.channel_layout, (std::vector<std::string>{"FL", "FC", "FR", "BL", "BR", "LFE"}));
}

TEST(SndfileDecoding, CutFlacGivesWhatThereIs) {
  const Bytes whole =
      testing::encode_by_sndfile(testing::tones(44100, 1, 4.0), 44100, 1, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  const auto decoded = decode(testing::first_part(whole, 0.5));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_NEAR(decoded->info.duration_s(), 2.0, 0.3);
  EXPECT_EQ(decoded->info.frames_expected, 4U * 44100U);
  EXPECT_TRUE(testing::any_contains(decoded->info.warnings, "The header promises 4.0 s"));
}

TEST(SndfileDecoding, HoleInAFlacIsJumped) {
  // Noise does not compress, so every block is large and a hole hits several.
  std::vector<float> samples;
  for (const std::byte byte : testing::noise(5 * 44100, 5))
    samples.push_back(static_cast<float>(std::to_integer<int>(byte) - 128) / 300.0F);
  Bytes bytes = testing::encode_by_sndfile(samples, 44100, 1, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  const auto middle = static_cast<std::ptrdiff_t>(bytes.size() / 2);
  std::fill_n(bytes.begin() + middle, 2000, std::byte{0x55});
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_GT(decoded->info.duration_s(), 4.5);
  EXPECT_FALSE(decoded->info.warnings.empty());
  EXPECT_LE(std::ranges::max(decoded->samples), 0.43F);  // no block of rubbish in between
}

TEST(SndfileDecoding, CutOggGivesWhatThereIs) {
  const Bytes whole =
      testing::encode_by_sndfile(testing::tones(44100, 1, 8.0), 44100, 1, SF_FORMAT_OGG | SF_FORMAT_VORBIS);
  const auto decoded = decode(testing::first_part(whole, 0.7));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_GT(decoded->info.duration_s(), 2.0);
  EXPECT_LT(decoded->info.duration_s(), 7.0);
  EXPECT_TRUE(testing::any_contains(decoded->info.warnings, "lacks its end mark"));
}

TEST(SndfileDecoding, ChainedOggPlaysEveryLink) {
  const auto link = [](int rate, double seconds) {
    return testing::encode_by_sndfile(testing::tones(rate, 1, seconds), rate, 1,
                                      SF_FORMAT_OGG | SF_FORMAT_VORBIS);
  };
  const auto decoded = decode(testing::joined({link(44100, 1.0), link(32000, 2.0)}));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->info.sample_rate_hz, 44100);
  EXPECT_NEAR(decoded->info.duration_s(), 3.0, 0.05);
  EXPECT_TRUE(testing::any_contains(decoded->info.warnings, "converted to 44100 Hz"));
}

TEST(SndfileDecoding, JoinedFlacPlaysBoth) {
  std::vector<float> samples;
  for (const std::byte byte : testing::noise(2 * 44100, 6))
    samples.push_back(static_cast<float>(std::to_integer<int>(byte) - 128) / 300.0F);
  const Bytes one = testing::encode_by_sndfile(samples, 44100, 1, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  const auto decoded = decode(testing::joined({one, one}));
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_NEAR(decoded->info.duration_s(), 4.0, 0.2);
  EXPECT_TRUE(testing::any_contains(decoded->info.warnings, "The header promises 2.0 s"));
}

}  // namespace
}  // namespace hitscope
