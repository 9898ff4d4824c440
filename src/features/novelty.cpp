#include "features/novelty.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace hitscope {

namespace {

constexpr std::size_t kMiddle = 10;  // first mel band of the middle group, 260 Hz
constexpr std::size_t kHigh = 48;    // first mel band of the high group, 1.3 kHz
constexpr std::size_t kLanes = 8;    // sums that do not wait for one another
static_assert(kMelBands % kLanes == 0);

constexpr float kLeastDb = -700;  // amplitudes within these are normal floats
constexpr float kMostDb = 700;

// 10^(db / 20) for kLeastDb to kMostDb, to 0.01 %. The logarithm to base 2 is split into the exponent of a
// float and the fraction that a polynomial is exact enough for; unlike std::pow, it can be vectorised.
float amplitude_of(float db) {
  constexpr float kDoublingsPerDb = 0.166096405F;
  constexpr float kBias = 127;
  constexpr std::int32_t kMantissaBits = 23;
  const float exponent = db * kDoublingsPerDb + kBias;  // > 0: truncation rounds it down
  const auto whole = static_cast<std::int32_t>(exponent);
  const float part = exponent - static_cast<float>(whole);
  const float mantissa = 1.0F + part * (0.695796F + part * (0.224920F + part * 0.079284F));
  return mantissa * std::bit_cast<float>(whole << kMantissaBits);
}

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

float Novelty::rise_in_amplitude(std::span<const float> mel_db, float floor_db) {
  // Bounds that are no constants to the compiler: it would make branches of those, and no vectors.
  const float least_db = std::min(std::max(kLeastDb, floor_db), 0.0F);
  const float most_db = least_db + kMostDb;
  std::array<float, kMelBands> amplitudes{};
  for (std::size_t band = 0; band < kMelBands; ++band) {
    amplitudes[band] = amplitude_of(std::min(most_db, std::max(least_db, mel_db[band])));  // NaN: the least
  }
  std::array<float, kLanes> rises{};
  for (std::size_t first = 0; first < kMelBands; first += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      rises[lane] += std::max(amplitudes[first + lane] - previous_amplitude_[first + lane], 0.0F);
    }
  }
  previous_amplitude_ = amplitudes;
  return std::accumulate(rises.begin(), rises.end(), 0.0F);
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
  const float amplitude_rise = rise_in_amplitude(mel_db, floor_db);
  amplitude_rise_.push_back(first ? 0.0F : amplitude_rise);
}

}  // namespace hitscope
