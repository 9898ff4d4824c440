// The logarithmic mel spectrum that onsets, MFCC and the DNA's bands are made of.
//
// 128 mel bands of the power spectrum up to 11,025 Hz, in dB re 1 (amin 1e-10), as librosa's
// melspectrogram + power_to_db. librosa then lifts everything to 80 dB below the loudest band of the whole
// track; a stream does not know that maximum yet, so consumers use the loudest band so far (floor_db()).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "dsp/mel.h"

namespace hitscope {

inline constexpr std::size_t kMelBands = 128;
inline constexpr float kMelRangeDb = 80.0F;

class LogMel {
 public:
  LogMel();

  // power.size() == kSpectrumBins.
  void compute(std::span<const float> power);

  [[nodiscard]] std::span<const float> decibels() const { return decibels_; }
  // 80 dB below the loudest band seen so far.
  [[nodiscard]] float floor_db() const { return loudest_db_ - kMelRangeDb; }

 private:
  MelBank bank_;
  std::vector<float> decibels_;
  float loudest_db_ = -100.0F;  // 10 log10(amin)
};

}  // namespace hitscope
