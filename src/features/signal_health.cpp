#include "features/signal_health.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace hitscope {

namespace {

constexpr float kFullScale = 32767.0F / 32768.0F;  // the largest positive 16-bit sample
constexpr int kClippedRun = 3;
constexpr double kDcOffset = 0.01;  // -40 dBFS
constexpr std::size_t kLanes = 8;
constexpr std::uint32_t kMagnitudeBits = 0x7FFFFFFFU;
constexpr std::uint32_t kInfinityBits = 0x7F800000U;

}  // namespace

SignalHealth::SignalHealth(int channels)
    : channels_(static_cast<std::size_t>(channels)), runs_(channels_), sums_(kLanes * channels_) {}

void SignalHealth::inspect(std::span<float> interleaved) {
  std::uint32_t largest = largest_bits(interleaved);
  if (largest >= kInfinityBits) {
    replace_what_is_not_finite(interleaved);
    largest = largest_bits(interleaved);
  }
  const auto block_peak = std::bit_cast<float>(largest);
  peak_ = std::max(peak_, block_peak);
  if (block_peak >= kFullScale || in_run_) count_clipped(interleaved);
  sum_channels(interleaved);
  samples_ += interleaved.size();
}

std::uint32_t SignalHealth::largest_bits(std::span<const float> samples) {
  std::uint32_t largest = 0;
  for (const float sample : samples)
    largest = std::max(largest, std::bit_cast<std::uint32_t>(sample) & kMagnitudeBits);
  return largest;
}

void SignalHealth::replace_what_is_not_finite(std::span<float> samples) {
  for (float& sample : samples) {
    if (std::isfinite(sample)) continue;
    sample = 0;
    ++not_finite_;
  }
}

void SignalHealth::count_clipped(std::span<const float> interleaved) {
  for (std::size_t i = 0; i < interleaved.size(); ++i) {
    Run& run = runs_[i % channels_];
    const float sample = interleaved[i];
    if (std::abs(sample) < kFullScale) {
      run.length = 0;
    } else if (run.length > 0 && sample == run.previous) {
      if (++run.length >= kClippedRun) clipped_ += run.length == kClippedRun ? kClippedRun : 1;
    } else {
      run.length = 1;
    }
    run.previous = sample;
  }
  in_run_ = std::ranges::any_of(runs_, [](const Run& run) { return run.length > 0; });
}

void SignalHealth::sum_channels(std::span<const float> interleaved) {
  const std::size_t step = sums_.size();
  for (std::size_t start = 0; start < interleaved.size(); start += step) {
    const std::size_t count = std::min(step, interleaved.size() - start);
    for (std::size_t lane = 0; lane < count; ++lane)
      sums_[lane] += static_cast<double>(interleaved[start + lane]);
  }
}

std::vector<std::string> SignalHealth::warnings() const {
  std::vector<std::string> found;
  if (samples_ == 0) return found;
  if (not_finite_ > 0)
    found.push_back(fmt::format("{} samples are not numbers and were taken as zero.", not_finite_));
  if (silent()) {
    found.emplace_back("The signal is digital silence.");
    return found;
  }
  if (clipped_ > 0) {
    found.push_back(fmt::format("{} samples are clipped ({:.3g} % of all).", clipped_,
                                100.0 * static_cast<double>(clipped_) / static_cast<double>(samples_)));
  }
  if (peak_ > 1.5F) found.push_back(fmt::format("Samples reach {:.3g} times full scale.", peak_));
  const double frames = static_cast<double>(samples_) / static_cast<double>(channels_);
  double offset = 0;
  for (std::size_t channel = 0; channel < channels_; ++channel) {
    double sum = 0;
    for (std::size_t lane = channel; lane < sums_.size(); lane += channels_) sum += sums_[lane];
    if (std::abs(sum / frames) > std::abs(offset)) offset = sum / frames;
  }
  if (std::abs(offset) > kDcOffset)
    found.push_back(fmt::format("The signal has a DC offset of {:+.3f}.", offset));
  return found;
}

}  // namespace hitscope
