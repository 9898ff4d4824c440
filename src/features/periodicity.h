// How regularly a series of novelty repeats: its autocorrelation and its Fourier spectrum, averaged over the
// track in windows of 24 s (a tempogram's two forms; Grosche & Mueller 2011). The autocorrelation peaks at
// multiples of a period, the spectrum at multiples of its frequency: together they tell one from the other
// (Peeters 2006).
//
// Before, the mean of one second around each frame is taken away and what falls below it dropped, so that
// only accents count. Shorter series are padded with zeros.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hitscope {

inline constexpr std::size_t kPeriodicityWindow = 1024;  // frames
inline constexpr std::size_t kPeriodicityBins = 4 * kPeriodicityWindow + 1;

struct Periodicity {
  // Normalised: 1 at lag 0; index = lag in frames, kPeriodicityWindow of them.
  std::vector<float> autocorrelation;
  // Magnitudes relative to the window's energy; bin k is k / (8 * kPeriodicityWindow) cycles a frame.
  std::vector<float> spectrum;
};

[[nodiscard]] Periodicity measure_periodicity(std::span<const float> novelty);

}  // namespace hitscope
