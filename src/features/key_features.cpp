#include "features/key_features.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <span>
#include <vector>

namespace hitscope {
namespace {

constexpr std::size_t kTriads = 24;  // major on C ... B, then minor
using Pitches = std::array<double, 12>;
using Triads = std::array<double, kTriads>;

constexpr float kActive = 1e-3F;       // of the loudest slot; below are fades and noise floors
constexpr double kSharpness = 20;      // of the softmax over the triads' cosines
constexpr std::size_t kEdgeSlots = 8;  // the first and the last three seconds
constexpr std::size_t kStepSlots = 3;  // a second
constexpr double kStepScale = 5;       // brings the cadences to the size of the other shapes
constexpr double kLogFloor = 0.02;
constexpr double kLogScale = 0.3;

double norm(std::span<const double> values) {
  return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

// 1 for equal values, 1 / sqrt(n) for a single one.
double flatness_of(std::span<const double> values) {
  const double length = norm(values);
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return length > 0 ? sum / (length * std::sqrt(static_cast<double>(values.size()))) : 1.0;
}

void normalise(Pitches& values) {
  const double length = norm(values);
  if (length > 0) std::ranges::for_each(values, [length](double& value) { value /= length; });
}

// How much each of the 36 classes counts for each semitone, at the recording's tuning: a raised cosine, zero
// half-way to the next semitone.
class SemitoneReader {
 public:
  explicit SemitoneReader(double tuning_cents) {
    constexpr int kSize = static_cast<int>(PitchSlot::kClasses);
    const double shift = tuning_cents * kSize / 1200.0;
    for (int c = 0; c < 12; ++c) {
      const double centre = 3 * c + shift;
      for (int i = 0; i < kSize; ++i) {
        const double distance = std::remainder(i - centre, kSize);  // in thirds of a semitone
        weights_[static_cast<std::size_t>(c)][static_cast<std::size_t>(i)] =
            std::abs(distance) < 1.5 ? std::pow(std::cos(std::numbers::pi * distance / 3), 2) : 0.0;
      }
    }
  }

  [[nodiscard]] Pitches read(const PitchSlot& slot) const {
    Pitches pitches{};
    for (std::size_t c = 0; c < 12; ++c) {
      for (std::size_t i = 0; i < PitchSlot::kClasses; ++i)
        pitches[c] += weights_[c][i] * static_cast<double>(slot.pitches[i]);
      pitches[c] /= static_cast<double>(PitchSlot::kUnit);
    }
    return pitches;
  }

 private:
  std::array<std::array<double, PitchSlot::kClasses>, 12> weights_{};
};

// Each slot with half of both its neighbours, at unit length: triads last longer than a slot.
std::vector<Pitches> smooth(const std::vector<Pitches>& slots) {
  std::vector<Pitches> smoothed(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Pitches& before = slots[i == 0 ? 0 : i - 1];
    const Pitches& after = slots[std::min(i + 1, slots.size() - 1)];
    for (std::size_t c = 0; c < 12; ++c) smoothed[i][c] = slots[i][c] + 0.5 * (before[c] + after[c]);
    normalise(smoothed[i]);
  }
  return smoothed;
}

Triads cosines(const Pitches& unit) {
  Triads result{};
  for (std::size_t root = 0; root < 12; ++root) {
    const double open = unit[root] + unit[(root + 7) % 12];
    result[root] = (open + unit[(root + 4) % 12]) / std::numbers::sqrt3;
    result[12 + root] = (open + unit[(root + 3) % 12]) / std::numbers::sqrt3;
  }
  return result;
}

Triads softmax(const Triads& values) {
  const double highest = *std::ranges::max_element(values);
  Triads result{};
  std::ranges::transform(values, result.begin(),
                         [highest](double value) { return std::exp(kSharpness * (value - highest)); });
  const double sum = std::accumulate(result.begin(), result.end(), 0.0);
  std::ranges::for_each(result, [sum](double& value) { value /= sum; });
  return result;
}

template <std::size_t Size>
std::array<double, Size> mean(std::span<const std::array<double, Size>> rows) {
  std::array<double, Size> result{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < Size; ++i) result[i] += row[i] / static_cast<double>(rows.size());
  }
  return result;
}

void set_triads(KeyFeatures& features, KeyFeatures::Shape major, KeyFeatures::Shape minor,
                const Triads& triads) {
  std::copy_n(triads.begin(), 12, features.shapes[major].begin());
  std::copy_n(triads.begin() + 12, 12, features.shapes[minor].begin());
}

void set_cadences(KeyFeatures& features, const std::vector<Triads>& triads) {
  // In a piece shorter than a step every slot is its own successor.
  const std::size_t step = triads.size() > kStepSlots ? kStepSlots : 0;
  const std::size_t count = triads.size() - step;
  const double scale = kStepScale / static_cast<double>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Triads& from = triads[i];
    const Triads& to = triads[i + step];
    for (std::size_t tonic = 0; tonic < 12; ++tonic) {
      const std::size_t dominant = (tonic + 7) % 12;
      const std::size_t subdominant = (tonic + 5) % 12;
      features.shapes[KeyFeatures::authentic_major][tonic] += scale * from[dominant] * to[tonic];
      features.shapes[KeyFeatures::authentic_minor][tonic] += scale * from[dominant] * to[12 + tonic];
      features.shapes[KeyFeatures::plagal_major][tonic] += scale * from[subdominant] * to[tonic];
      features.shapes[KeyFeatures::plagal_minor][tonic] += scale * from[12 + subdominant] * to[12 + tonic];
    }
  }
}

// The slots that sound, and how much of each class they hold in all.
struct Sounding {
  std::vector<Pitches> slots;
  double total = 0;
};

Sounding sounding(const KeyEvidence& evidence) {
  Sounding result;
  float loudest = 0;
  for (const PitchSlot& slot : evidence.slots) loudest = std::max(loudest, slot.level);
  const SemitoneReader reader(evidence.tuning_cents);
  for (const PitchSlot& slot : evidence.slots) {
    if (slot.level <= kActive * loudest) continue;
    result.slots.push_back(reader.read(slot));
    result.total += std::accumulate(slot.pitches.begin(), slot.pitches.end(), 0.0) /
                    static_cast<double>(PitchSlot::kUnit);
  }
  return result;
}

}  // namespace

KeyFeatures key_features(const KeyEvidence& evidence) {
  KeyFeatures features;
  const auto [slots, total] = sounding(evidence);
  if (slots.empty()) return features;
  const auto count = static_cast<double>(slots.size());
  features.slots = slots.size();

  Pitches heard = mean(std::span(slots));
  features.clarity[KeyFeatures::flatness] = flatness_of(heard);
  features.clarity[KeyFeatures::in_tune] =
      total > 0 ? std::accumulate(heard.begin(), heard.end(), 0.0) * count / total : 0.0;
  normalise(heard);
  features.shapes[KeyFeatures::pitches] = heard;
  std::ranges::transform(heard, features.shapes[KeyFeatures::log_pitches].begin(),
                         [](double share) { return kLogScale * std::log(kLogFloor + share); });
  for (const Pitches& slot : slots) {
    features.clarity[KeyFeatures::slot_flatness] += flatness_of(slot) / count;
    features.clarity[KeyFeatures::steadiness] += *std::ranges::max_element(slot) / count;
  }

  const std::vector<Pitches> smoothed = smooth(slots);
  std::vector<Triads> triads;
  triads.reserve(smoothed.size());
  for (const Pitches& slot : smoothed) {
    const Triads likeness = cosines(slot);
    triads.push_back(softmax(likeness));
    features.clarity[KeyFeatures::triad_likeness] += *std::ranges::max_element(likeness) / count;
    features.clarity[KeyFeatures::triad_confidence] += *std::ranges::max_element(triads.back()) / count;
  }
  double continuity = 0;
  for (std::size_t i = 1; i < smoothed.size(); ++i) {
    continuity += std::inner_product(smoothed[i].begin(), smoothed[i].end(), smoothed[i - 1].begin(), 0.0);
  }
  features.clarity[KeyFeatures::continuity] = smoothed.size() > 1 ? continuity / (count - 1) : 1.0;

  const std::span<const Triads> all(triads);
  const std::size_t edge = std::min(all.size(), kEdgeSlots);
  const Triads share = mean(all);
  features.clarity[KeyFeatures::triad_loyalty] = *std::ranges::max_element(share);
  set_triads(features, KeyFeatures::major, KeyFeatures::minor, share);
  set_triads(features, KeyFeatures::first_major, KeyFeatures::first_minor, mean(all.first(edge)));
  set_triads(features, KeyFeatures::last_major, KeyFeatures::last_minor, mean(all.last(edge)));
  set_cadences(features, triads);

  for (Pitches& shape : features.shapes) {
    const double centre = std::accumulate(shape.begin(), shape.end(), 0.0) / 12;
    std::ranges::for_each(shape, [centre](double& value) { value -= centre; });
  }
  return features;
}

}  // namespace hitscope
