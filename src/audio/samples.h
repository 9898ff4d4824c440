// PCM that is in memory already, as a Decoder: how a caller who decodes by himself (a Python array, a
// synthesiser) enters the same way of the data as a file does.
//
// float32 and float64 at full scale +-1.0, int16 at full scale 32,768. Any layout that two strides describe:
// interleaved, planar, a slice, reversed. Nothing is copied but the block at hand; the samples are borrowed
// and must outlive the decoder. info() has no container, codec or tags.
#pragma once

#include <cstddef>
#include <memory>

#include "audio/decoder.h"
#include "core/error.h"

namespace hitscope {

enum class SampleType { float32, float64, int16 };

struct SampleView {
  SampleType type = SampleType::float32;
  const void* data = nullptr;  // sample (frame 0, channel 0)
  std::size_t frames = 0;      // samples per channel
  int channels = 1;
  std::ptrdiff_t frame_stride = 1;  // from one frame to the next, in samples; may be negative
  std::ptrdiff_t channel_stride = 1;
  int sample_rate_hz = 0;
};

// Errors: unsupported_format (channels or rate beyond the limits), too_long, too_short (no sample at all).
[[nodiscard]] Result<std::unique_ptr<Decoder>> open_samples(const SampleView& samples,
                                                            const DecodeLimits& limits = {});

}  // namespace hitscope
