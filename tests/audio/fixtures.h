// Sounds for the tests of audio/, made on the spot: tones, and tones encoded in memory by libsndfile and by
// FFmpeg, so that every decoder is covered without a single committed recording.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audio/decoder.h"

namespace hitscope::testing {

using Bytes = std::vector<std::byte>;

// Interleaved; channel c carries a sine of (c + 1) * hz with the given peak.
std::vector<float> tones(int sample_rate_hz, int channels, double seconds, double hz = 400.0,
                         double peak = 0.5);

// The peak of the sine of `hz` within one channel, by correlation with it over the whole signal.
double tone_peak(std::span<const float> interleaved, int channels, int channel, int sample_rate_hz,
                 double hz);

// sndfile_format: SF_FORMAT_... of libsndfile.
Bytes encode_by_sndfile(std::span<const float> interleaved, int sample_rate_hz, int channels,
                        int sndfile_format, std::string_view title = {}, std::string_view artist = {});

// muxer and encoder by FFmpeg's names, such as "mp4" and "aac". Empty if this FFmpeg lacks one of them.
Bytes encode_by_ffmpeg(std::span<const float> interleaved, int sample_rate_hz, int channels,
                       const std::string& muxer, const std::string& encoder);

struct WavFormat {
  std::uint16_t tag = 1;  // 1 PCM, 3 float, 6 A-law, 7 mu-law, 0x55 MP3
  std::uint16_t channels = 1;
  std::uint32_t sample_rate_hz = 8000;
  std::uint16_t bits = 16;
};
// A WAV file by hand. data_bytes: what the header claims of the data; by default the truth.
Bytes wav(const WavFormat& format, std::span<const std::byte> data, std::int64_t data_bytes = -1);

Bytes bytes_of(std::string_view text);
Bytes joined(std::initializer_list<std::span<const std::byte>> parts);
Bytes first_part(std::span<const std::byte> bytes, double fraction);
// Reproducible noise.
Bytes noise(std::size_t count, std::uint64_t seed);

struct Decoded {
  AudioInfo info;
  std::vector<float> samples;
};
// To the end, in blocks of block_frames.
Result<Decoded> decode(std::span<const std::byte> bytes, const DecodeLimits& limits = {},
                       std::size_t block_frames = 1000);
Result<Decoded> decode_file(const std::filesystem::path& path, const DecodeLimits& limits = {});

// shared/audio of the reference material (env HITSCOPE_SHARED, by default ../shared beside the source tree).
std::filesystem::path shared_audio();

bool any_contains(const std::vector<std::string>& texts, std::string_view part);

}  // namespace hitscope::testing
