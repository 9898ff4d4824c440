// Mean mel-frequency cepstral coefficients of a track: 20 of them, orthonormal DCT-II of the log-mel
// spectrum (librosa.feature.mfcc, Davis & Mermelstein 1980).
//
// The mean of a linear transform is the transform of the mean, so only the mean log-mel spectrum is kept.
// Its floor, 80 dB below the loudest band of the track, is known only at the end: each band therefore keeps
// a histogram of its levels in steps of 0.5 dB and is lifted to the floor when the track is over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "features/log_mel.h"

namespace hitscope {

inline constexpr std::size_t kMfccCount = 20;

class MeanMfcc {
 public:
  MeanMfcc();

  void push(std::span<const float> mel_db);
  // floor_db: that of the whole track.
  [[nodiscard]] std::array<double, kMfccCount> finish(float floor_db) const;

 private:
  static constexpr float kLowestDb = -100.0F;
  static constexpr float kStepDb = 0.5F;
  static constexpr std::size_t kSteps = 360;

  std::vector<std::uint32_t> counts_;  // band-major
  std::size_t frames_ = 0;
};

}  // namespace hitscope
