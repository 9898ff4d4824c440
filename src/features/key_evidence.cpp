#include "features/key_evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace hitscope {
namespace {

constexpr std::size_t kClasses = PitchSlot::kClasses;
constexpr std::size_t kFirstBin = ConstantQ::kBinsPerOctave;  // C2

}  // namespace

void PitchSlotCollector::push(std::span<const float> magnitudes) {
  for (std::size_t bin = 0; bin < sum_.size(); ++bin) sum_[bin] += magnitudes[bin];
  if (++frames_ == kFramesPerPair) take_pair();
}

void PitchSlotCollector::take_pair() {
  Classes classes{};
  for (std::size_t bin = kFirstBin; bin + 2 < sum_.size(); ++bin) {
    const float here = sum_[bin];
    const float left = sum_[bin - 1];
    const float right = sum_[bin + 1];
    if (!(here > left && here >= right)) continue;
    const float shift = std::clamp(0.5F * (right - left) / (2 * here - left - right), -0.5F, 0.5F);
    // What it stands out by, two bins to either side, where a lone partial's window ends: clicks and noise
    // are as high there.
    const float height = here - 0.5F * (sum_[bin - 2] + sum_[bin + 2]);
    if (!(height > 0)) continue;
    const std::size_t below = shift < 0 ? bin - 1 : bin;
    const float part = shift < 0 ? 1 + shift : shift;
    classes[below % kClasses] += (1 - part) * height;
    classes[(below + 1) % kClasses] += part * height;
  }
  sum_.fill(0);
  frames_ = 0;

  float strongest = 0;
  for (std::size_t i = 0; i < kClasses; ++i) {
    strongest = std::max(strongest, classes[i] + classes[(i + 1) % kClasses] + classes[(i + 2) % kClasses]);
  }
  if (strongest > std::numeric_limits<float>::min()) {
    for (std::size_t i = 0; i < kClasses; ++i) classes_[i] += classes[i] / strongest;
    level_ += strongest / kFramesPerPair;
  }
  if (++pairs_ == kPairsPerSlot) close_slot();
}

void PitchSlotCollector::close_slot() {
  PitchSlot& slot = slots_.emplace_back();
  const float share = 1.0F / static_cast<float>(pairs_);
  for (std::size_t i = 0; i < kClasses; ++i) {
    slot.pitches[i] = static_cast<std::uint8_t>(std::lround(classes_[i] * share * PitchSlot::kUnit));
  }
  slot.level = level_ * share;
  classes_.fill(0);
  level_ = 0;
  pairs_ = 0;
}

std::vector<PitchSlot> PitchSlotCollector::finish() {
  if (frames_ > 0) take_pair();
  if (2 * pairs_ >= kPairsPerSlot || (slots_.empty() && pairs_ > 0)) close_slot();
  return std::move(slots_);
}

}  // namespace hitscope
