// What the rhythm is read from: how much the log-mel spectrum rises from frame to frame, in four groups of
// bands: all of them, the low ones (up to 260 Hz: kick drum and bass), the middle (to 1.3 kHz) and the high
// ones (snare, hi-hats). A back beat is low and high in turn, which is what tells a tempo from its double.
// Unit: mean rise in dB per frame, >= 0; the first frame is 0.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "features/log_mel.h"

namespace hitscope {

inline constexpr std::size_t kNoveltyGroups = 4;  // all, low, middle, high

class Novelty {
 public:
  // floor_db: what lies below it counts as at it (LogMel::floor_db).
  void push(std::span<const float> mel_db, float floor_db);

  [[nodiscard]] std::span<const float> group(std::size_t index) const { return series_[index]; }
  // Onset strength of the latest frame: the rise over all bands (librosa.onset.onset_strength).
  [[nodiscard]] float onset_strength() const { return series_[0].back(); }

 private:
  std::array<float, kMelBands> previous_{};
  std::array<std::vector<float>, kNoveltyGroups> series_;
};

}  // namespace hitscope
