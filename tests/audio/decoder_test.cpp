// The door itself: limits, errors, and damage at random.
#include "audio/decoder.h"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

using testing::Bytes;
using testing::decode;

Bytes wav_of(int rate, int channels, double seconds) {
  return testing::encode_by_sndfile(testing::tones(rate, channels, seconds), rate, channels,
                                    SF_FORMAT_WAV | SF_FORMAT_PCM_16);
}

TEST(Decoder, EmptyIsTooShort) {
  EXPECT_EQ(decode({}).error().kind, ErrorKind::too_short);
}

TEST(Decoder, SaysWhatTheContentLooksLike) {
  const auto refused = decode(testing::bytes_of("<!doctype html><title>Not found</title>"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported_format);
  EXPECT_EQ(refused.error().message, "This is a web page (HTML), not audio.");
}

TEST(Decoder, LongerThanAllowed) {
  DecodeLimits limits;
  limits.max_seconds = 1.0;
  EXPECT_TRUE(decode(wav_of(8000, 1, 1.0), limits));
  const auto refused = decode(wav_of(8000, 1, 1.5), limits);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::too_long);
  limits.max_seconds = 0.0;
  EXPECT_TRUE(decode(wav_of(8000, 1, 1.5), limits));
}

TEST(Decoder, ALengthPromisedAndCredibleIsRefusedAtOnce) {
  DecodeLimits limits;
  limits.max_seconds = 1.0;
  EXPECT_EQ(open_decoder(open_memory(wav_of(8000, 1, 1.5)), limits).error().kind, ErrorKind::too_long);
  // A header that promises 4 hours over half a second of bytes is a lie, not a long track.
  const auto decoded = decode(testing::wav({1, 1, 8000, 16}, Bytes(8000), 4LL * 3600 * 16000), limits);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->info.frames_decoded, 4000U);
}

TEST(Decoder, ChannelsAndRatesBeyondTheLimits) {
  DecodeLimits limits;
  limits.max_channels = 2;
  EXPECT_TRUE(decode(wav_of(8000, 2, 0.1), limits));
  EXPECT_EQ(decode(wav_of(8000, 3, 0.1), limits).error().kind, ErrorKind::unsupported_format);
  EXPECT_EQ(decode(wav_of(1, 1, 100.0)).error().kind, ErrorKind::unsupported_format);
  EXPECT_EQ(decode(wav_of(500'000, 1, 0.1)).error().kind, ErrorKind::unsupported_format);
  EXPECT_NE(decode(wav_of(500'000, 1, 0.1)).error().message.find("500000 Hz"), std::string::npos);
}

TEST(Decoder, ReadAfterTheEndStaysAtTheEnd) {
  auto decoder = open_decoder(open_memory(wav_of(8000, 1, 0.01)));
  ASSERT_TRUE(decoder);
  std::array<float, 100> block{};
  EXPECT_EQ((*decoder)->read(block).value(), 80U);
  EXPECT_EQ((*decoder)->read(block).value(), 0U);
  EXPECT_EQ((*decoder)->read(block).value(), 0U);
  EXPECT_EQ((*decoder)->info().frames_decoded, 80U);
  EXPECT_DOUBLE_EQ((*decoder)->info().duration_s(), 0.01);
}

TEST(Decoder, CountsWhileItReads) {
  auto decoder = open_decoder(open_memory(wav_of(8000, 2, 1.0)));
  ASSERT_TRUE(decoder);
  EXPECT_EQ((*decoder)->info().frames_decoded, 0U);  // what was decoded ahead does not count
  std::array<float, 200> block{};
  EXPECT_EQ((*decoder)->read(block).value(), 100U);
  EXPECT_EQ((*decoder)->info().frames_decoded, 100U);
}

// A source whose medium fails after `good` bytes.
class FailingSource final : public ByteSource {
 public:
  FailingSource(Bytes bytes, std::uint64_t good) : inner_(open_memory(std::move(bytes))), good_(good) {}
  Result<std::size_t> read(std::span<std::byte> bytes) override {
    if (inner_->position() + bytes.size() > good_)
      return fail(ErrorKind::unreadable, "The disc is scratched.");
    return inner_->read(bytes);
  }
  void seek(std::uint64_t position) override { inner_->seek(position); }
  [[nodiscard]] std::uint64_t position() const override { return inner_->position(); }
  [[nodiscard]] std::uint64_t size() const override { return inner_->size(); }

 private:
  std::unique_ptr<ByteSource> inner_;
  std::uint64_t good_;
};

TEST(Decoder, AFailingMediumIsUnreadableNotCorrupt) {
  const auto samples = testing::tones(44100, 2, 5.0);
  const std::vector<Bytes> files = {
      testing::encode_by_sndfile(samples, 44100, 2, SF_FORMAT_WAV | SF_FORMAT_PCM_16),
      testing::encode_by_sndfile(samples, 44100, 2, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III),
      testing::encode_by_ffmpeg(samples, 44100, 2, "adts", "aac"),
  };
  for (const Bytes& file : files) {
    for (const double share : {0.0, 0.6}) {
      const auto good = static_cast<std::uint64_t>(share * static_cast<double>(file.size()));
      auto decoder = open_decoder(std::make_unique<FailingSource>(file, good));
      if (!decoder) {
        EXPECT_EQ(decoder.error().kind, ErrorKind::unreadable);
        continue;
      }
      std::vector<float> block(2 * 4096);
      auto frames = (*decoder)->read(block);
      while (frames && *frames > 0) frames = (*decoder)->read(block);
      ASSERT_FALSE(frames);
      EXPECT_EQ(frames.error().kind, ErrorKind::unreadable);
    }
  }
}

// Whatever happens to a file, the answer is sound or a typed error: no crash, no hang, nothing absurd.
TEST(Decoder, CutsAndFlipsNeverBreakIt) {
  const auto samples = testing::tones(48000, 2, 0.6);
  std::vector<Bytes> files;
  for (const int format :
       {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_AIFF | SF_FORMAT_PCM_24,
        SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS, SF_FORMAT_OGG | SF_FORMAT_OPUS,
        SF_FORMAT_CAF | SF_FORMAT_ALAC_16, SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III}) {
    files.push_back(testing::encode_by_sndfile(samples, 48000, 2, format));
  }
  files.push_back(testing::encode_by_ffmpeg(samples, 48000, 2, "mp4", "aac"));
  files.push_back(testing::encode_by_ffmpeg(samples, 48000, 2, "matroska", "aac"));
  files.push_back(testing::encode_by_ffmpeg(samples, 48000, 2, "asf", "wmav2"));

  std::mt19937_64 engine(42);
  for (const Bytes& file : files) {
    ASSERT_FALSE(file.empty());
    for (int round = 0; round < 24; ++round) {
      Bytes damaged = file;
      if (round % 2 == 0) damaged.resize(engine() % file.size());
      const int flips = damaged.empty() || round < 8 ? 0 : static_cast<int>(engine() % 30);
      // Half of the damage hits the head, where the structure is.
      for (int i = 0; i < flips; ++i) {
        const std::size_t reach = i % 2 == 0 ? damaged.size() : std::min<std::size_t>(damaged.size(), 200);
        damaged[engine() % reach] ^= static_cast<std::byte>(1U << (engine() % 8));
      }
      const auto decoded = decode(damaged);
      if (!decoded) {
        EXPECT_FALSE(decoded.error().message.empty());
        EXPECT_NE(decoded.error().kind, ErrorKind::internal)
            << decoded.error().message << ' ' << decoded.error().detail;
        continue;
      }
      EXPECT_GT(decoded->info.frames_decoded, 0U);
      EXPECT_EQ(decoded->samples.size(),
                decoded->info.frames_decoded * static_cast<std::size_t>(decoded->info.channels));
    }
  }
}

}  // namespace
}  // namespace hitscope
