#include "features/loudness.h"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hitscope {

namespace {

constexpr double kSurroundWeight = 1.41;  // as the standard writes +1.5 dB
constexpr double kOffsetLu = -0.691;      // makes a 1 kHz sine read its level
constexpr double kAbsoluteGateLufs = -70;
constexpr double kRelativeGate = 0.1;  // -10 LU
constexpr double kRangeGate = 0.01;    // -20 LU
constexpr double kRangeLow = 0.10;     // percentiles
constexpr double kRangeHigh = 0.95;
constexpr std::size_t kStepsASecond = 10;

double lufs(double energy) {
  return 10 * std::log10(energy) + kOffsetLu;
}

double weight_of(const std::string& speaker) {
  if (speaker == "LFE" || speaker == "LFE2") return 0;
  // The standard weighs what stands between 60 and 120 degrees; back speakers of 5.1 stand at 110.
  if (speaker == "SL" || speaker == "SR" || speaker == "BL" || speaker == "BR") return kSurroundWeight;
  return 1;
}

std::vector<double> channel_weights(std::size_t channels, const std::vector<std::string>& layout) {
  std::vector<double> weights(channels, 1.0);
  if (layout.size() == channels) {
    std::ranges::transform(layout, weights.begin(), weight_of);
  } else if (channels == 4) {
    weights = {1, 1, kSurroundWeight, kSurroundWeight};
  } else if (channels == 5) {
    weights = {1, 1, 1, kSurroundWeight, kSurroundWeight};
  } else if (channels == 6) {
    weights = {1, 1, 1, 0, kSurroundWeight, kSurroundWeight};
  }
  return weights;
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<double> integrated(const std::vector<double>& blocks) {
  if (blocks.empty()) return std::nullopt;
  const double gate = kRelativeGate * mean(blocks);
  std::vector<double> loud;
  std::ranges::copy_if(blocks, std::back_inserter(loud), [gate](double energy) { return energy >= gate; });
  return lufs(mean(loud));
}

std::optional<double> range(std::vector<double> windows) {
  if (windows.empty()) return std::nullopt;
  const double gate = kRangeGate * mean(windows);
  std::erase_if(windows, [gate](double energy) { return energy < gate; });
  std::ranges::sort(windows);
  const auto at = [&windows](double share) {
    return windows[static_cast<std::size_t>(std::lround(static_cast<double>(windows.size() - 1) * share))];
  };
  return lufs(at(kRangeHigh)) - lufs(at(kRangeLow));
}

}  // namespace

struct Loudness::PeakMeter {
  struct Free {
    void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
  };
  std::unique_ptr<ebur128_state, Free> meter;
};

Loudness::Loudness(Loudness&&) noexcept = default;
Loudness& Loudness::operator=(Loudness&&) noexcept = default;
Loudness::~Loudness() = default;

Loudness::Loudness(int sample_rate_hz, int channels, const std::vector<std::string>& channel_layout,
                   bool true_peak)
    : channels_(static_cast<std::size_t>(channels)),
      step_frames_(static_cast<std::size_t>(sample_rate_hz + 5) / kStepsASecond),
      weights_(channel_weights(channels_, channel_layout)),
      filter_(sample_rate_hz, channels_),
      energies_(channels_) {
  if (true_peak) {
    auto* state = ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(sample_rate_hz),
                               EBUR128_MODE_TRUE_PEAK);
    if (state != nullptr)
      peak_meter_ =
          std::make_unique<PeakMeter>(PeakMeter{std::unique_ptr<ebur128_state, PeakMeter::Free>(state)});
  }
}

void Loudness::push(std::span<const float> interleaved) {
  if (peak_meter_)
    ebur128_add_frames_float(peak_meter_->meter.get(), interleaved.data(), interleaved.size() / channels_);
  while (!interleaved.empty()) {
    const std::size_t frames = std::min(interleaved.size() / channels_, step_frames_ - in_step_);
    filter_.add(interleaved.first(frames * channels_), energies_);
    interleaved = interleaved.subspan(frames * channels_);
    in_step_ += frames;
    if (in_step_ == step_frames_) close_step();
  }
}

void Loudness::close_step() {
  static const double kGate = std::pow(10.0, (kAbsoluteGateLufs - kOffsetLu) / 10);
  in_step_ = 0;
  steps_[steps_seen_ % kShortTermSteps] =
      std::inner_product(energies_.begin(), energies_.end(), weights_.begin(), 0.0);
  std::ranges::fill(energies_, 0.0);
  ++steps_seen_;

  const auto mean_of_last = [this](std::size_t count) {
    double sum = 0;
    for (std::size_t i = 1; i <= count; ++i) sum += steps_[(steps_seen_ - i) % kShortTermSteps];
    return sum / static_cast<double>(count * step_frames_);
  };
  if (steps_seen_ >= kBlockSteps) {
    const double block = mean_of_last(kBlockSteps);
    if (block >= kGate) blocks_.push_back(block);
  }
  if (steps_seen_ >= kShortTermSteps && steps_seen_ % kStepsASecond == 0) {
    const double window = mean_of_last(kShortTermSteps);
    if (window >= kGate) short_term_.push_back(window);
  }
}

LoudnessResult Loudness::finish() const {
  LoudnessResult result;
  result.integrated_lufs = integrated(blocks_);
  result.loudness_range_lu = range(short_term_);
  if (peak_meter_) {
    double peak = 0;
    double value = 0;
    for (unsigned c = 0; c < channels_; ++c) {
      if (ebur128_true_peak(peak_meter_->meter.get(), c, &value) == EBUR128_SUCCESS)
        peak = std::max(peak, value);
    }
    if (peak > 0) result.true_peak_dbtp = 20 * std::log10(peak);
  }
  return result;
}

}  // namespace hitscope
