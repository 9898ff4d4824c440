// What the rhythm is read from: how much the log-mel spectrum rises from frame to frame, in four groups of
// bands: all of them, the low ones (up to 260 Hz: kick drum and bass), the middle (to 1.3 kHz) and the high
// ones (snare, hi-hats). A back beat is low and high in turn, which is what tells a tempo from its double.
// A fifth series says where the sound changes and stays so, as with a new chord: how far the mean of the last
// half second lies from the mean of the half before, over the bands up to 1.3 kHz.
// Unit: mean rise in dB per frame (of the fifth: mean difference in dB), >= 0; the first frame is 0.
// Beside them the rise of the amplitude, which says more exactly when something begins: in decibels it seems
// to begin the sooner, the less sounds already.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "features/log_mel.h"

namespace hitscope {

inline constexpr std::size_t kNoveltyGroups = 5;   // all, low, middle, high, lasting change
inline constexpr std::size_t kLastingFrames = 20;  // 464 ms
inline constexpr std::size_t kLastingBands = 48;   // up to 1.3 kHz

class Novelty {
 public:
  // floor_db: what lies below it counts as at it (LogMel::floor_db).
  void push(std::span<const float> mel_db, float floor_db);

  [[nodiscard]] std::span<const float> group(std::size_t index) const { return series_[index]; }
  // The rise of all bands' amplitudes, to 0.01 %; 1 is a band from nothing to 0 dB.
  [[nodiscard]] std::span<const float> amplitude_rise() const { return amplitude_rise_; }
  // Onset strength of the latest frame: the rise over all bands (librosa.onset.onset_strength).
  [[nodiscard]] float onset_strength() const { return series_[0].back(); }

 private:
  float lasting_change(std::span<const float> mel_db, float floor_db);
  float rise_in_amplitude(std::span<const float> mel_db, float floor_db);

  std::array<float, kMelBands> previous_{};
  std::array<float, kMelBands> previous_amplitude_{};
  // The last two half seconds, a ring, and the sum of each.
  std::array<std::array<float, kLastingBands>, 2 * kLastingFrames> recent_{};
  std::array<float, kLastingBands> newer_{};
  std::array<float, kLastingBands> older_{};
  std::array<std::vector<float>, kNoveltyGroups> series_;
  std::vector<float> amplitude_rise_;
};

}  // namespace hitscope
