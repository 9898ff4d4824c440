// The shape of one magnitude spectrum: centroid, bandwidth and roll-off, all in Hz, by librosa's definitions
// (magnitudes, not power, as weights; bandwidth is the second-order spread; roll-off holds 85 % of the sum).
// An empty spectrum gives zeros, as librosa's does.
#pragma once

#include <span>

namespace hitscope {

struct SpectralShape {
  double centroid_hz = 0;
  double bandwidth_hz = 0;
  double rolloff_hz = 0;
};

// magnitude.size() == kSpectrumBins.
[[nodiscard]] SpectralShape spectral_shape(std::span<const float> magnitude);

}  // namespace hitscope
