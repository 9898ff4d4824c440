// The seam to the fast Fourier transform: real input, half spectrum out. Behind it stands KissFFT (BSD);
// nothing else in the project names it, so a faster kernel replaces it in one place.
//
// forward: X[k] = sum_n x[n] exp(-2 pi i k n / N), k = 0 ... N/2, unscaled (NumPy's rfft).
// inverse: NumPy's irfft (scaled by 1/N). N must be even; sizes with factors 2, 3 and 5 are fast.
// One object is used by one thread at a time; no call allocates.
#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <span>

namespace hitscope {

class RealFft {
 public:
  explicit RealFft(std::size_t size);
  RealFft(RealFft&&) noexcept;
  RealFft& operator=(RealFft&&) noexcept;
  ~RealFft();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bins() const { return size_ / 2 + 1; }

  // signal.size() == size(), spectrum.size() == bins().
  void forward(std::span<const float> signal, std::span<std::complex<float>> spectrum);
  // The spectrum's first and last bin are taken as real.
  void inverse(std::span<const std::complex<float>> spectrum, std::span<float> signal);

 private:
  struct Plans;
  std::size_t size_;
  std::unique_ptr<Plans> plans_;
};

}  // namespace hitscope
