#include "dsp/fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include "core/random.h"

namespace hitscope {
namespace {

TEST(RealFft, ACosineAtABinGivesHalfTheLengthThere) {
  constexpr std::size_t n = 64;
  std::vector<float> signal(n);
  for (std::size_t i = 0; i < n; ++i) {
    signal[i] = static_cast<float>(std::cos(2 * std::numbers::pi * 5 * static_cast<double>(i) / n));
  }
  RealFft fft(n);
  std::vector<std::complex<float>> spectrum(fft.bins());
  fft.forward(signal, spectrum);
  for (std::size_t k = 0; k < fft.bins(); ++k) {
    EXPECT_NEAR(std::abs(spectrum[k]), k == 5 ? n / 2.0 : 0.0, 1e-4) << "bin " << k;
  }
}

TEST(RealFft, AnImpulseIsFlatAndItsDelayTurnsThePhase) {
  constexpr std::size_t n = 16;
  std::vector<float> signal(n, 0.0F);
  signal[1] = 1.0F;
  RealFft fft(n);
  std::vector<std::complex<float>> spectrum(fft.bins());
  fft.forward(signal, spectrum);
  for (std::size_t k = 0; k < fft.bins(); ++k) {
    const double phase = -2 * std::numbers::pi * static_cast<double>(k) / n;
    EXPECT_NEAR(spectrum[k].real(), std::cos(phase), 1e-6);
    EXPECT_NEAR(spectrum[k].imag(), std::sin(phase), 1e-6);
  }
}

TEST(RealFft, InverseUndoesForward) {
  for (const std::size_t n : {8U, 60U, 2048U}) {
    Random random(n);
    std::vector<float> signal(n);
    for (float& value : signal) value = static_cast<float>(random.normal());
    RealFft fft(n);
    std::vector<std::complex<float>> spectrum(fft.bins());
    std::vector<float> back(n);
    fft.forward(signal, spectrum);
    fft.inverse(spectrum, back);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(back[i], signal[i], 1e-5);
  }
}

}  // namespace
}  // namespace hitscope
