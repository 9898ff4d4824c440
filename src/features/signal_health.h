// Looks for what is wrong with a signal before it is measured: NaN and infinite samples (replaced by zero),
// clipping (runs of at least three samples at full scale), a DC offset, digital silence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hitscope {

class SignalHealth {
 public:
  explicit SignalHealth(int channels);

  // Replaces what is not a number in place. Whole frames: the size is a multiple of the channels.
  void inspect(std::span<float> interleaved);

  // One sentence for each finding.
  [[nodiscard]] std::vector<std::string> warnings() const;
  // True while every sample so far was exactly zero.
  [[nodiscard]] bool silent() const { return peak_ == 0.0F; }

 private:
  struct Run {
    float previous = 0;
    int length = 0;  // samples in a row at full scale
  };
  // The largest magnitude of the block as an integer: float bits order like the numbers, and NaN and infinity
  // come above all, so one pass of integer maxima finds both the peak and what is not a number.
  static std::uint32_t largest_bits(std::span<const float> samples);
  void replace_what_is_not_finite(std::span<float> samples);
  void count_clipped(std::span<const float> interleaved);
  void sum_channels(std::span<const float> interleaved);

  std::size_t channels_;
  std::vector<Run> runs_;     // per channel
  std::vector<double> sums_;  // kLanes of them per channel, so that the sum vectorises
  std::uint64_t samples_ = 0;
  std::uint64_t not_finite_ = 0;
  std::uint64_t clipped_ = 0;
  float peak_ = 0;
  bool in_run_ = false;  // some channel ended the last block at full scale
};

}  // namespace hitscope
