#include "features/novelty.h"

#include <algorithm>
#include <cmath>

namespace hitscope {

namespace {

constexpr std::size_t kMiddle = 10;  // first mel band of the middle group, 260 Hz
constexpr std::size_t kHigh = 48;    // first mel band of the high group, 1.3 kHz

}  // namespace

float Novelty::lasting_change(std::span<const float> mel_db, float floor_db) {
  const std::size_t frame = series_[0].size();
  std::array<float, kLastingBands>& oldest = recent_[frame % recent_.size()];
  const std::array<float, kLastingBands>& aged = recent_[(frame + kLastingFrames) % recent_.size()];
  float change = 0;
  for (std::size_t band = 0; band < kLastingBands; ++band) {
    const float level = std::max(mel_db[band], floor_db);
    newer_[band] += level - aged[band];
    older_[band] += aged[band] - oldest[band];
    oldest[band] = level;
    change += std::abs(newer_[band] - older_[band]);
  }
  return frame < recent_.size() ? 0.0F : change / (kLastingBands * kLastingFrames);
}

void Novelty::push(std::span<const float> mel_db, float floor_db) {
  const bool first = series_[0].empty();
  const float change = lasting_change(mel_db, floor_db);
  std::array<float, kNoveltyGroups> rise{};
  for (std::size_t band = 0; band < kMelBands; ++band) {
    const float level = std::max(mel_db[band], floor_db);
    const std::size_t group = band < kMiddle ? 1 : band < kHigh ? 2 : 3;
    rise[group] += std::max(0.0F, level - std::max(previous_[band], floor_db));
    previous_[band] = level;
  }
  rise[0] = rise[1] + rise[2] + rise[3];
  rise[4] = change;
  constexpr std::array<float, kNoveltyGroups> kBands = {kMelBands, kMiddle, kHigh - kMiddle,
                                                        kMelBands - kHigh, 1};
  for (std::size_t group = 0; group < kNoveltyGroups; ++group) {
    series_[group].push_back(first ? 0.0F : rise[group] / kBands[group]);
  }
}

}  // namespace hitscope
