// Energy after the K-weighting of ITU-R BS.1770-4: a high shelf of +4 dB above 1.7 kHz for the head, and a
// high-pass at 38 Hz, two second-order sections in double precision.
//
// The standard tabulates the filter for 48 kHz only; for other rates the analogue prototype behind that table
// is transformed anew (De Man 2014, "Evaluation of Implementations of the EBU R128 Loudness Measurement").
// Two channels are filtered side by side in one vector register: the recursion, not the arithmetic, is what
// takes the time, so the second channel is free.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace hitscope {

// y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]
struct Biquad {
  double b0 = 1;
  double b1 = 0;
  double b2 = 0;
  double a1 = 0;
  double a2 = 0;
};

// Shelf, then high-pass (whose numerator is 1, -2, 1).
[[nodiscard]] std::array<Biquad, 2> k_weighting(double sample_rate_hz);

class KWeightedEnergy {
 public:
  KWeightedEnergy(double sample_rate_hz, std::size_t channels);

  // Filters the block and adds each channel's sum of squares to energies[channel]. interleaved.size() is a
  // multiple of channels; energies.size() == channels. Allocates nothing.
  void add(std::span<const float> interleaved, std::span<double> energies);

 private:
  using Pair = std::array<double, 2>;
  // What the sections remember of a pair of channels: the last two inputs, values between them, outputs.
  struct Memory {
    Pair x1{}, x2{}, u1{}, u2{}, y1{}, y2{};
  };
  // Filters pairs[2 i], pairs[2 i + 1]; returns the two sums of squares.
  Pair filter(std::span<const float> pairs, Memory& memory) const;

  std::array<Biquad, 2> sections_;
  std::size_t channels_;
  std::vector<Memory> memories_;  // one for each pair of channels
  std::vector<float> pairs_;
};

}  // namespace hitscope
