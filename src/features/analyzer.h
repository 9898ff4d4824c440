// Wires the measurements together: PCM blocks in, TrackFeatures and SpectralDna out, in one streaming pass.
//
// Life cycle: construct with the stream's rate and channels -> push() blocks of any size -> finish() once.
// The size of the blocks never changes the result. Memory does not grow with length but for the compact
// per-frame series (about 160 bytes a frame, 43 frames a second).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/decoder.h"
#include "core/error.h"
#include "features/spectral_dna.h"
#include "features/track_features.h"

namespace hitscope {

// Bumped whenever a measured value can change for the same bytes.
inline constexpr int kFeaturesVersion = 1;

struct AnalyzerOptions {
  bool true_peak = false;  // costs more than all else together, so it is asked for
  bool dna = true;         // keep the frames: 6 MB an hour; without, Analysis::dna stays empty
};

struct Analysis {
  TrackFeatures features;
  SpectralDna dna;
  std::vector<std::string> warnings;  // clipping, DC, NaN, ...: what a person should know of the signal
};

class Analyzer {
 public:
  // channel_layout as in AudioInfo; empty = the usual order.
  Analyzer(int sample_rate_hz, int channels, const std::vector<std::string>& channel_layout = {},
           const AnalyzerOptions& options = {});
  Analyzer(Analyzer&&) noexcept;
  Analyzer& operator=(Analyzer&&) noexcept;
  ~Analyzer();

  // interleaved.size() must be a multiple of channels.
  void push(std::span<const float> interleaved);

  // Errors: too_short (less than one analysis frame of audio). Silence is not an error: its unknowns are
  // null.
  [[nodiscard]] Result<Analysis> finish();

 private:
  struct Stages;
  std::unique_ptr<Stages> stages_;
};

}  // namespace hitscope
