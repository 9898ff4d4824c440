// Programme loudness: integrated (ITU-R BS.1770-4, gated), range (EBU Tech 3342) and, if asked for, true
// peak.
//
// K-weighted energy is kept per step of 100 ms. Four steps are a gating block, 30 a short-term value (taken
// every second). Integrated loudness is the mean over the blocks above -70 LUFS and above 10 LU below the
// mean of those; range is the distance of the 10th and 95th percentile of the short-term values above -70
// LUFS and above 20 LU below their mean. Equal to libebur128, the reference implementation, which measures
// the true peak here (in dBTP re full scale) and checks all in the tests.
//
// Unknown rather than minus infinity: a stream shorter than one 400 ms block, or below -70 LUFS throughout,
// has no integrated loudness; one without 3 s of signal has no range.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsp/k_weighting.h"

namespace hitscope {

struct LoudnessResult {
  std::optional<double> integrated_lufs;
  std::optional<double> loudness_range_lu;
  std::optional<double> true_peak_dbtp;
};

class Loudness {
 public:
  // channel_layout as in AudioInfo: "LFE" is left out, side and surround channels weigh +1.5 dB. Without one,
  // four channels count as left, right and two surrounds, five and six as 5.0 and 5.1, all others alike.
  Loudness(int sample_rate_hz, int channels, const std::vector<std::string>& channel_layout, bool true_peak);
  Loudness(Loudness&&) noexcept;
  Loudness& operator=(Loudness&&) noexcept;
  ~Loudness();

  void push(std::span<const float> interleaved);
  [[nodiscard]] LoudnessResult finish() const;

 private:
  static constexpr std::size_t kBlockSteps = 4;
  static constexpr std::size_t kShortTermSteps = 30;

  struct PeakMeter;

  void close_step();

  std::size_t channels_;
  std::size_t step_frames_;
  std::vector<double> weights_;
  KWeightedEnergy filter_;
  std::vector<double> energies_;  // of the step being filled, per channel
  std::size_t in_step_ = 0;
  std::array<double, kShortTermSteps> steps_{};  // weighted sums of the latest steps, in a ring
  std::size_t steps_seen_ = 0;
  std::vector<double> blocks_;             // mean energy of each 400 ms block above the absolute gate
  std::vector<double> short_term_;         // of each 3 s window above it
  std::unique_ptr<PeakMeter> peak_meter_;  // only if asked for
};

}  // namespace hitscope
