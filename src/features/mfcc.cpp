#include "features/mfcc.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hitscope {

MeanMfcc::MeanMfcc() : counts_(kMelBands * kSteps) {}

void MeanMfcc::push(std::span<const float> mel_db) {
  ++frames_;
  for (std::size_t band = 0; band < kMelBands; ++band) {
    const float step = std::round((mel_db[band] - kLowestDb) / kStepDb);
    const auto index = static_cast<std::size_t>(std::clamp(step, 0.0F, static_cast<float>(kSteps - 1)));
    ++counts_[band * kSteps + index];
  }
}

std::array<double, kMfccCount> MeanMfcc::finish(float floor_db) const {
  std::array<double, kMelBands> mean_db{};
  for (std::size_t band = 0; band < kMelBands; ++band) {
    double sum = 0;
    for (std::size_t step = 0; step < kSteps; ++step) {
      const float level_db = kLowestDb + kStepDb * static_cast<float>(step);
      sum += static_cast<double>(std::max(level_db, floor_db)) * counts_[band * kSteps + step];
    }
    mean_db[band] = frames_ == 0 ? 0.0 : sum / static_cast<double>(frames_);
  }
  std::array<double, kMfccCount> mfcc{};
  for (std::size_t c = 0; c < kMfccCount; ++c) {
    double sum = 0;
    for (std::size_t band = 0; band < kMelBands; ++band) {
      sum += mean_db[band] * std::cos(std::numbers::pi * static_cast<double>(c) *
                                      (static_cast<double>(band) + 0.5) / kMelBands);
    }
    mfcc[c] = sum * std::sqrt((c == 0 ? 1.0 : 2.0) / kMelBands);
  }
  return mfcc;
}

}  // namespace hitscope
