// Bytes in, PCM blocks out: the one door through which sound enters.
//
// open_decoder() looks at the first bytes (never at the file's name), picks the library that reads this
// content best, and returns a Decoder positioned at the first sample. MP3 is read by libmpg123; WAV, AIFF,
// FLAC, Ogg and their kin by libsndfile; whatever those two refuse, by FFmpeg's libraries.
//
// Life cycle: open_decoder -> read() until it returns 0 -> info() is final (decoded length, warnings).
// Samples are float32, interleaved, full scale +-1.0 (float sources may exceed it); the rate and the channel
// count never change during a stream: where a source changes them, the decoder converts to the first and
// warns.
//
// Damage: what can be decoded is returned; the rest is said in info().warnings. Only a source from which
// not one sample can be had fails (corrupt, unsupported_format, unreadable).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/byte_source.h"
#include "core/error.h"

namespace hitscope {

// What a caller allows. Zero means no limit.
struct DecodeLimits {
  double max_seconds = 4 * 3600.0;  // exceeded: too_long
  int max_channels = 8;             // exceeded: unsupported_format
  int min_sample_rate_hz = 4000;    // below: unsupported_format
  int max_sample_rate_hz = 384000;  // above: unsupported_format
};

struct AudioInfo {
  std::string container;  // "mp3", "wav", "flac", "ogg", "aiff", "mp4", "webm", ...
  std::string codec;      // "mp3", "pcm_s16le", "flac", "vorbis", "opus", "aac", ...
  int sample_rate_hz = 0;
  int channels = 0;
  // Speaker of each channel where the source tells it; empty = the usual order for that count.
  std::vector<std::string> channel_layout;       // "FL", "FR", "FC", "LFE", "SL", "SR", "BL", "BR", ...
  std::uint64_t frames_decoded = 0;              // samples per channel returned so far
  std::optional<std::uint64_t> frames_expected;  // what the header promises, if anything; for progress only
  bool expected_is_estimate = false;             // ... or only what size and bit rate suggest
  std::optional<double> bit_rate_bps;            // nominal or averaged, of the encoded audio
  std::string title;                             // from the file's tags, UTF-8, may be empty
  std::string artist;
  std::vector<std::string> warnings;

  [[nodiscard]] double duration_s() const {
    return sample_rate_hz > 0 ? static_cast<double>(frames_decoded) / sample_rate_hz : 0.0;
  }
};

class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  // Fills `interleaved` (its size a multiple of channels) from the front; returns frames (samples per
  // channel) written, 0 at the end. Errors: too_long, unreadable, internal.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<float> interleaved) = 0;

  [[nodiscard]] virtual const AudioInfo& info() const = 0;
};

// Whether channels and rate are within the limits. Errors: unsupported_format.
[[nodiscard]] Result<void> check_format(const AudioInfo& info, const DecodeLimits& limits);

// Takes the source over. Errors: unsupported_format (with what the content looks like instead), corrupt,
// too_short (a valid file without a sample), unreadable.
[[nodiscard]] Result<std::unique_ptr<Decoder>> open_decoder(std::unique_ptr<ByteSource> source,
                                                            const DecodeLimits& limits = {});

}  // namespace hitscope
