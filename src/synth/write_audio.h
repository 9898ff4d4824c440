// Interleaved floats to an audio file, by libsndfile; the container follows the file name's extension:
//   .wav  .aiff .aif  PCM of the asked depth, or 32-bit float
//   .flac             PCM, 16 or 24 bit
//   .ogg              Vorbis, quality 0.6 of 1
//   .opus             Opus in Ogg; only 8, 12, 16, 24 or 48 kHz exist in the format
//   .mp3              MPEG layer III, 8 to 48 kHz, mono or stereo
// Samples beyond +-1.0 are clipped, except in 32-bit float. Nothing is dithered. An existing file is
// overwritten; after an error a partial file is removed.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "core/error.h"

namespace hitscope::synth {

enum class SampleFormat { pcm16, pcm24, float32 };

struct WriteOptions {
  // Every member has an initialiser, so that {.title = "..."} may leave out the others.
  SampleFormat sample_format = SampleFormat::pcm16;  // lossy codecs ignore it
  std::string title = {};   // UTF-8 tags; empty = not written. NOLINT(readability-redundant-member-init)
  std::string artist = {};  // NOLINT(readability-redundant-member-init)
};

// Errors: unsupported_format (an unknown extension, or a rate, channel count or depth the format lacks),
// unreadable (the file cannot be created or written; detail has libsndfile's words), internal (the number
// of samples is no multiple of the channels).
[[nodiscard]] Result<void> write_audio(const std::filesystem::path& path, std::span<const float> interleaved,
                                       int sample_rate_hz, int channels, const WriteOptions& options = {});

}  // namespace hitscope::synth
