#include "dsp/mel.h"

#include <algorithm>
#include <cmath>

namespace hitscope {

namespace {

constexpr double kHzPerMel = 200.0 / 3.0;  // slope of the linear part
constexpr double kBreakHz = 1000.0;        // where the logarithmic part begins
constexpr double kBreakMel = kBreakHz / kHzPerMel;
const double kLogStep = std::log(6.4) / 27.0;

}  // namespace

double hz_to_mel(double hz) {
  return hz < kBreakHz ? hz / kHzPerMel : kBreakMel + std::log(hz / kBreakHz) / kLogStep;
}

double mel_to_hz(double mel) {
  return mel < kBreakMel ? mel * kHzPerMel : kBreakHz * std::exp(kLogStep * (mel - kBreakMel));
}

MelBank::MelBank(std::size_t n_mels, double sample_rate_hz, std::size_t n_fft, double min_hz, double max_hz) {
  const double first = hz_to_mel(min_hz);
  const double step = (hz_to_mel(max_hz) - first) / static_cast<double>(n_mels + 1);
  const double bin_hz = sample_rate_hz / static_cast<double>(n_fft);
  const std::size_t bins = n_fft / 2 + 1;
  for (std::size_t m = 0; m < n_mels; ++m) {
    const double low = mel_to_hz(first + step * static_cast<double>(m));
    const double centre = mel_to_hz(first + step * static_cast<double>(m + 1));
    const double high = mel_to_hz(first + step * static_cast<double>(m + 2));
    Filter filter{0, weights_.size(), 0};
    for (std::size_t k = 0; k < bins; ++k) {
      const double hz = static_cast<double>(k) * bin_hz;
      const double weight = std::min((hz - low) / (centre - low), (high - hz) / (high - centre));
      if (weight <= 0) continue;
      if (filter.length == 0) filter.first_bin = k;
      weights_.push_back(static_cast<float>(weight * 2.0 / (high - low)));
      ++filter.length;
    }
    filters_.push_back(filter);
  }
}

void MelBank::apply(std::span<const float> power, std::span<float> energies) const {
  for (std::size_t m = 0; m < filters_.size(); ++m) {
    const Filter& filter = filters_[m];
    const float* bins = power.data() + filter.first_bin;
    const float* weights = weights_.data() + filter.first_weight;
    float sum = 0;
    for (std::size_t k = 0; k < filter.length; ++k) sum += bins[k] * weights[k];
    energies[m] = sum;
  }
}

}  // namespace hitscope
