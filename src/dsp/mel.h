// Mel-spaced triangular filters over FFT bins: Slaney's mel scale (linear below 1 kHz, logarithmic above)
// with area normalisation, as librosa.filters.mel defines them by default (Slaney 1998, Auditory Toolbox).
// Stored sparsely: a filter touches only the bins under its triangle.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hitscope {

[[nodiscard]] double hz_to_mel(double hz);
[[nodiscard]] double mel_to_hz(double mel);

class MelBank {
 public:
  // Filters between min_hz and max_hz over the n_fft/2+1 bins of a spectrum at sample_rate_hz.
  MelBank(std::size_t n_mels, double sample_rate_hz, std::size_t n_fft, double min_hz, double max_hz);

  [[nodiscard]] std::size_t size() const { return filters_.size(); }
  // power.size() == n_fft/2+1; energies.size() == size().
  void apply(std::span<const float> power, std::span<float> energies) const;

 private:
  struct Filter {
    std::size_t first_bin;
    std::size_t first_weight;
    std::size_t length;
  };
  std::vector<Filter> filters_;
  std::vector<float> weights_;
};

}  // namespace hitscope
