#include "features/log_mel.h"

#include <algorithm>
#include <cmath>

#include "features/spectrum.h"

namespace hitscope {

LogMel::LogMel()
    : bank_(kMelBands, kAnalysisRateHz, kFftSize, 0, kAnalysisRateHz / 2.0), decibels_(kMelBands) {}

void LogMel::compute(std::span<const float> power) {
  bank_.apply(power, decibels_);
  for (float& value : decibels_) {
    value = 10.0F * std::log10(std::max(value, 1e-10F));
    loudest_db_ = std::max(loudest_db_, value);
  }
}

}  // namespace hitscope
