// Holds a stream to its first format: blocks that arrive with another rate or channel count (files stitched
// together do that) are converted to it.
//
// Channels: one to many is copied to each; many to fewer is the mean, copied to each. Rates: by Resampler,
// one for each stretch of a foreign rate.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "audio/resampler.h"

namespace hitscope {

class FormatKeeper {
 public:
  FormatKeeper(int sample_rate_hz, int channels) : rate_(sample_rate_hz), channels_(channels) {}

  // Returns the block in the stream's format, valid until the next call; may be empty or shorter while a
  // resampler fills.
  [[nodiscard]] std::span<const float> convert(std::span<const float> interleaved, int sample_rate_hz,
                                               int channels);
  // What a resampler still holds; call at the end of the stream.
  [[nodiscard]] std::span<const float> flush();
  // Whether any block had another format.
  [[nodiscard]] bool converted() const { return converted_; }

 private:
  int rate_;
  int channels_;
  int resampled_rate_ = 0;
  bool converted_ = false;
  std::optional<Resampler> resampler_;
  std::vector<float> remixed_;
  std::vector<float> out_;
};

}  // namespace hitscope
