// Constant-Q chroma: how strongly each of the twelve pitch classes sounds, frame by frame and on the whole.
//
// The magnitudes of a constant-Q frame (dsp/constant_q.h) are summed over the octaves and over the three bins
// around each semitone, then divided by the frame's maximum: 1 is the strongest pitch class, 0 a silent
// frame. `mean` is the mean of those frames, the 12 numbers of librosa.feature.chroma_cqt's mean. A frame is
// computed every 1,024 samples; `frames` has one row per hop of 512, in 0..255 for 0..1, every second row the
// average of its neighbours. Tuning is not compensated in them: the three bins a semitone take +-50 cents in.
//
// Limits: agreement with librosa 0.11 over the reference recordings, as 1 - Pearson correlation of the means:
// median 0.001, 95th percentile 0.04. Frames of the lowest octave look 0.8 s back and ahead.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dsp/constant_q.h"
#include "features/key_evidence.h"

namespace hitscope {

struct ChromaResult {
  std::optional<std::array<double, 12>> mean;        // C first; unknown without a sample
  std::vector<std::array<std::uint8_t, 12>> frames;  // one per hop of 512 samples, C first
  KeyEvidence evidence;
};

class ChromaStage {
 public:
  // Without keep_frames ChromaResult::frames stays empty.
  explicit ChromaStage(bool keep_frames = true);
  ChromaStage(const ChromaStage&) = delete;
  ChromaStage& operator=(const ChromaStage&) = delete;
  ~ChromaStage() = default;

  // Mono at 22,050 Hz, blocks of any size; their sizes do not change the result.
  void push(std::span<const float> samples);
  // Once, at the end. tuning_cents: of the recording (features/tuning.h), 0 if unknown; used for the
  // evidence.
  [[nodiscard]] ChromaResult finish(std::optional<double> tuning_cents);

 private:
  void take(std::span<const float> magnitudes);

  bool keep_frames_;
  ConstantQ transform_;
  std::size_t samples_pushed_ = 0;
  std::size_t frame_count_ = 0;
  std::array<double, 12> sum_{};
  std::vector<std::array<std::uint8_t, 12>> frames_;
  PitchSlotCollector pitches_;
};

}  // namespace hitscope
