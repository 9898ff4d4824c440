// The amplitude of one frequency in a signal: |sum x[i] e^(-j w i)| * 2 / n, by Goertzel's recurrence.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

namespace hitscope::synth {

inline double amplitude_at(std::span<const float> samples, double frequency_hz, double sample_rate_hz) {
  const double w = 2.0 * std::numbers::pi * frequency_hz / sample_rate_hz;
  double s1 = 0.0;
  double s2 = 0.0;
  for (const float x : samples) {
    const double s = static_cast<double>(x) + 2.0 * std::cos(w) * s1 - s2;
    s2 = s1;
    s1 = s;
  }
  return 2.0 * std::abs(std::complex(s1 - s2 * std::cos(w), s2 * std::sin(w))) /
         static_cast<double>(samples.size());
}

inline double rms_of(std::span<const float> samples) {
  double power = 0.0;
  for (const float x : samples) power += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(power / static_cast<double>(samples.size()));
}

inline double peak_of(std::span<const float> samples) {
  double peak = 0.0;
  for (const float x : samples) peak = std::max(peak, std::abs(static_cast<double>(x)));
  return peak;
}

// Of one channel of interleaved samples.
inline std::vector<float> channel_of(std::span<const float> interleaved, int channels, int which) {
  std::vector<float> out;
  for (auto i = static_cast<std::size_t>(which); i < interleaved.size();
       i += static_cast<std::size_t>(channels)) {
    out.push_back(interleaved[i]);
  }
  return out;
}

}  // namespace hitscope::synth
