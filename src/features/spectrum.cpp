#include "features/spectrum.h"

#include <cmath>

#include "dsp/window.h"

namespace hitscope {

Spectrum::Spectrum()
    : fft_(kFftSize),
      window_(hann_window(kFftSize)),
      windowed_(kFftSize),
      bins_(kSpectrumBins),
      magnitude_(kSpectrumBins),
      power_(kSpectrumBins) {}

void Spectrum::compute(std::span<const float> frame) {
  for (std::size_t i = 0; i < frame.size(); ++i) windowed_[i] = frame[i] * window_[i];
  fft_.forward(windowed_, bins_);
  for (std::size_t k = 0; k < kSpectrumBins; ++k) {
    power_[k] = bins_[k].real() * bins_[k].real() + bins_[k].imag() * bins_[k].imag();
    magnitude_[k] = std::sqrt(power_[k]);
  }
}

}  // namespace hitscope
