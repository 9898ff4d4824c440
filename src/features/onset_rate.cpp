#include "features/onset_rate.h"

#include <algorithm>
#include <cstddef>

#include "features/track_features.h"

namespace hitscope {

namespace {

// In frames of 23 ms.
constexpr std::size_t kNeighbours = 1;
constexpr std::size_t kMeanBefore = 4;
constexpr std::size_t kMeanAfter = 4;
constexpr std::size_t kWait = 1;
constexpr double kThreshold = 0.07;  // of the series' range

}  // namespace

double onset_rate_hz(std::span<const float> onset_strength) {
  if (onset_strength.empty()) return 0;
  const auto [lowest, highest] = std::ranges::minmax(onset_strength);
  const double range = static_cast<double>(highest) - static_cast<double>(lowest);
  if (range <= 0) return 0;

  const std::size_t size = onset_strength.size();
  std::size_t onsets = 0;
  std::size_t free_from = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (i < free_from) continue;
    const std::size_t from = i - std::min(i, kNeighbours);
    const std::size_t to = std::min(size, i + kNeighbours + 1);
    if (onset_strength[i] < std::ranges::max(onset_strength.subspan(from, to - from))) continue;
    const std::size_t mean_from = i - std::min(i, kMeanBefore);
    const std::size_t mean_to = std::min(size, i + kMeanAfter + 1);
    double mean = 0;
    for (std::size_t k = mean_from; k < mean_to; ++k) mean += static_cast<double>(onset_strength[k]);
    mean /= static_cast<double>(mean_to - mean_from);
    if (static_cast<double>(onset_strength[i]) < mean + kThreshold * range) continue;
    ++onsets;
    free_from = i + kWait + 1;
  }
  return static_cast<double>(onsets) * kAnalysisRateHz / (static_cast<double>(size) * kHopLength);
}

}  // namespace hitscope
