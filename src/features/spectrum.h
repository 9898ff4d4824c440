// One frame's short-time spectrum: Hann window, real FFT, magnitude and power.
// 1,025 bins of 10.77 Hz; a full-scale sine has magnitude 512 at its bin (NumPy's unscaled FFT).
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "dsp/fft.h"
#include "features/track_features.h"

namespace hitscope {

inline constexpr std::size_t kSpectrumBins = kFftSize / 2 + 1;
inline constexpr double kBinHz = static_cast<double>(kAnalysisRateHz) / kFftSize;

class Spectrum {
 public:
  Spectrum();

  // frame.size() == kFftSize. The views below hold until the next call.
  void compute(std::span<const float> frame);

  [[nodiscard]] std::span<const float> magnitude() const { return magnitude_; }
  [[nodiscard]] std::span<const float> power() const { return power_; }

 private:
  RealFft fft_;
  std::vector<float> window_;
  std::vector<float> windowed_;
  std::vector<std::complex<float>> bins_;
  std::vector<float> magnitude_;
  std::vector<float> power_;
};

}  // namespace hitscope
