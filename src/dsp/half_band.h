// Decimation by two: a linear-phase half-band FIR filter that halves the sample rate of a stream.
//
// The filter is a Kaiser-windowed sinc at a quarter of the input rate. Half of its taps are zero and the
// centre one is 1/2, so an output costs kPairs multiplications. At kPairs = 9 and beta = 6.755 it is flat
// within 0.01 dB up to 0.189 of the input rate and 69 dB down from 0.311 on: what lies between may alias, but
// only onto frequencies above 0.189, which the constant-Q octave fed by the output does not use.
//
// Output m is the filtered signal at input index 2 m - kDelay: the delay is exact and even, so that a cascade
// whose first input is preceded by kDelay zeros is late by exactly kDelay samples at every rate.
//
// Source: F. J. Harris, Multirate Signal Processing for Communication Systems, 2004, chapter 8; J. F. Kaiser,
// Nonrecursive digital filter design using the I0-sinh window function, 1974.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace hitscope {

class HalfBandDecimator {
 public:
  static constexpr std::size_t kPairs = 9;
  static constexpr std::size_t kDelay = 2 * (kPairs - 1);

  // max_input: the largest block process() will be handed, even.
  explicit HalfBandDecimator(std::size_t max_input);

  // input.size() even and at most max_input, output.size() == input.size() / 2. The sizes of the blocks do
  // not change the stream of outputs. Does not allocate.
  void process(std::span<const float> input, std::span<float> output);

  // Tap pairs at distance 1, 3, 5, ... from the centre tap, which is 1/2. They sum to 1/4 (unit gain at 0
  // Hz).
  [[nodiscard]] static std::array<float, kPairs> taps();

 private:
  std::array<float, kPairs> taps_;
  // The even and the odd samples of the input, each behind the past that the filter still reaches.
  std::vector<float> even_;
  std::vector<float> odd_;
};

}  // namespace hitscope
