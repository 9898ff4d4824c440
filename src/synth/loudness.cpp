#include "synth/loudness.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace hitscope::synth {
namespace {

// One second-order section, transposed direct form II.
struct Biquad {
  double b0 = 1.0;
  double b1 = 0.0;
  double b2 = 0.0;
  double a1 = 0.0;
  double a2 = 0.0;
  double s1 = 0.0;
  double s2 = 0.0;

  double operator()(double x) {
    const double y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b2 * x - a2 * y;
    return y;
  }
};

// The head's effect: a shelf of +4 dB above 1.7 kHz.
Biquad shelf(int sample_rate_hz) {
  constexpr double kFrequencyHz = 1681.974450955533;
  constexpr double kQ = 0.7071752369554196;
  const double k = std::tan(std::numbers::pi * kFrequencyHz / sample_rate_hz);
  const double high = std::pow(10.0, 3.999843853973347 / 20.0);
  const double band = std::pow(high, 0.4996667741545416);
  const double a0 = 1.0 + k / kQ + k * k;
  return {(high + band * k / kQ + k * k) / a0, 2.0 * (k * k - high) / a0, (high - band * k / kQ + k * k) / a0,
          2.0 * (k * k - 1.0) / a0, (1.0 - k / kQ + k * k) / a0};
}

// The revised low-frequency B curve: a high-pass at 38 Hz.
Biquad high_pass(int sample_rate_hz) {
  constexpr double kFrequencyHz = 38.13547087602444;
  constexpr double kQ = 0.5003270373238773;
  const double k = std::tan(std::numbers::pi * kFrequencyHz / sample_rate_hz);
  const double a0 = 1.0 + k / kQ + k * k;
  return {1.0, -2.0, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / kQ + k * k) / a0};
}

double lufs_of(double power) {
  return -0.691 + 10.0 * std::log10(power);
}

double mean_above(const std::vector<double>& powers, double threshold_lufs) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const double power : powers) {
    if (power > 0.0 && lufs_of(power) > threshold_lufs) {
      sum += power;
      ++count;
    }
  }
  return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

}  // namespace

std::optional<double> integrated_lufs(std::span<const float> interleaved, int sample_rate_hz, int channels) {
  const auto width = static_cast<std::size_t>(channels);
  const std::size_t frames = interleaved.size() / width;
  if (frames == 0) return std::nullopt;
  // Blocks of 400 ms overlap by three quarters: sums over 100 ms steps make every block from four of them.
  const auto step = static_cast<std::size_t>((sample_rate_hz + 5) / 10);
  const bool short_stream = frames < 4 * step;
  std::vector<double> steps(short_stream ? 1 : frames / step, 0.0);
  for (std::size_t c = 0; c < width; ++c) {
    Biquad first = shelf(sample_rate_hz);
    Biquad second = high_pass(sample_rate_hz);
    for (std::size_t s = 0; s < steps.size(); ++s) {
      const std::size_t from = s * step;
      const std::size_t to = short_stream ? frames : from + step;
      double sum = 0.0;
      for (std::size_t i = from; i < to; ++i) {
        const double y = second(first(static_cast<double>(interleaved[i * width + c])));
        sum += y * y;
      }
      steps[s] += sum / static_cast<double>(to - from);
    }
  }
  std::vector<double> blocks;
  if (short_stream) {
    blocks = steps;
  } else {
    for (std::size_t s = 0; s + 4 <= steps.size(); ++s) {
      blocks.push_back(0.25 * (steps[s] + steps[s + 1] + steps[s + 2] + steps[s + 3]));
    }
  }
  const double ungated = mean_above(blocks, -70.0);
  if (ungated <= 0.0) return std::nullopt;
  return lufs_of(mean_above(blocks, std::max(-70.0, lufs_of(ungated) - 10.0)));
}

}  // namespace hitscope::synth
