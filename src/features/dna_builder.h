// Collects the Spectral DNA while the track streams by: each frame is quantised at once, so an hour costs
// 6 MB. The scales are fixed, which makes two tracks' pictures comparable:
//   rms       level in dBFS, -72 .. 0
//   centroid  log2 of Hz, 5 (32 Hz) .. 13.43 (11,025 Hz); silence is the minimum
//   onset     onset strength in dB, 0 .. 16
//   chroma    12 rows, 0 .. 1, C first
//   bands     24 mel-spaced bands up to 11,025 Hz, mean power in dB re a full-scale sine, -96 .. 0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "features/spectral_dna.h"

namespace hitscope {

struct DnaFrame {
  double rms = 0;          // full scale 1.0
  double centroid_hz = 0;  // 0: silence
  double onset_db = 0;
};

class DnaBuilder {
 public:
  // power: the frame's power spectrum, kSpectrumBins.
  void push(const DnaFrame& frame, std::span<const float> power);

  // chroma: frame-major rows of 12 in 0..255, one per frame; shorter or longer than the other series by the
  // few frames that stages disagree on at the end: missing rows repeat the last.
  [[nodiscard]] SpectralDna finish(std::span<const std::array<std::uint8_t, kDnaChroma>> chroma) const;

 private:
  using Row = std::array<std::uint8_t, 3 + kDnaBands>;
  std::vector<Row> rows_;
};

}  // namespace hitscope
