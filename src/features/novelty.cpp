#include "features/novelty.h"

#include <algorithm>

namespace hitscope {

namespace {

constexpr std::size_t kMiddle = 10;  // first mel band of the middle group, 260 Hz
constexpr std::size_t kHigh = 48;    // first mel band of the high group, 1.3 kHz

}  // namespace

void Novelty::push(std::span<const float> mel_db, float floor_db) {
  const bool first = series_[0].empty();
  std::array<float, kNoveltyGroups> rise{};
  for (std::size_t band = 0; band < kMelBands; ++band) {
    const float level = std::max(mel_db[band], floor_db);
    const std::size_t group = band < kMiddle ? 1 : band < kHigh ? 2 : 3;
    rise[group] += std::max(0.0F, level - std::max(previous_[band], floor_db));
    previous_[band] = level;
  }
  rise[0] = rise[1] + rise[2] + rise[3];
  constexpr std::array<float, kNoveltyGroups> kBands = {kMelBands, kMiddle, kHigh - kMiddle,
                                                        kMelBands - kHigh};
  for (std::size_t group = 0; group < kNoveltyGroups; ++group) {
    series_[group].push_back(first ? 0.0F : rise[group] / kBands[group]);
  }
}

}  // namespace hitscope
