#include "features/tuning.h"

#include <algorithm>
#include <cmath>

#include "features/track_features.h"

namespace hitscope {
namespace {

constexpr double kBinHz = static_cast<double>(kAnalysisRateHz) / kFftSize;
constexpr double kMinHz = 150;
constexpr double kMaxHz = 4000;
constexpr std::size_t kEvery = 4;
constexpr float kThreshold = 0.1F;  // of the frame's maximum

// Classes of magnitude: four an octave from 2^-32 to 2^16.
constexpr double kClassesPerOctave = 4;
constexpr double kLowestOctave = -32;
constexpr std::size_t kClasses = 192;

// Half width of the smoothing triangle and of the crest's surroundings, in cents.
constexpr int kSmoothing = 4;
constexpr int kCrest = 8;

std::size_t magnitude_class(double magnitude) {
  const double position = (std::log2(magnitude) - kLowestOctave) * kClassesPerOctave;
  return static_cast<std::size_t>(std::clamp(position, 0.0, static_cast<double>(kClasses - 1)));
}

}  // namespace

Tuning::Tuning() : votes_(kClasses * kCents) {}

void Tuning::push(std::span<const float> magnitude) {
  if (frame_++ % kEvery != 0) return;
  const float loudest = *std::max_element(magnitude.begin(), magnitude.end());
  if (!(loudest > 0)) return;
  const float threshold = kThreshold * loudest;
  const auto first = static_cast<std::size_t>(std::ceil(kMinHz / kBinHz));
  const auto last = static_cast<std::size_t>(std::ceil(kMaxHz / kBinHz));
  for (std::size_t k = first; k < last; ++k) {
    const float here = magnitude[k];
    if (here <= threshold || here <= magnitude[k - 1] || here < magnitude[k + 1]) continue;
    const double left = static_cast<double>(magnitude[k - 1]);
    const double right = static_cast<double>(magnitude[k + 1]);
    const double slope = (right - left) / 2;
    const double curvature = right + left - 2 * static_cast<double>(here);
    const double shift = std::abs(slope) < std::abs(curvature) ? -slope / curvature : 0.0;
    const double hz = (static_cast<double>(k) + shift) * kBinHz;
    const double semitones = 12 * std::log2(hz / 440.0);
    const double residual = semitones - std::floor(semitones);  // 0 .. 1
    const auto cent = std::min(static_cast<std::size_t>(residual * kCents), kCents - 1);
    const double peak = static_cast<double>(here) + 0.5 * slope * shift;
    ++votes_[magnitude_class(peak) * kCents + cent];
  }
}

std::optional<double> Tuning::finish() const {
  std::array<std::uint64_t, kClasses> per_class{};
  std::uint64_t total = 0;
  for (std::size_t c = 0; c < kClasses; ++c) {
    for (std::size_t cent = 0; cent < kCents; ++cent) per_class[c] += votes_[c * kCents + cent];
    total += per_class[c];
  }
  if (total == 0) return std::nullopt;

  // The strongest classes that together hold half of the votes.
  std::array<double, kCents> histogram{};
  std::uint64_t counted = 0;
  for (std::size_t c = kClasses; c-- > 0 && 2 * counted < total;) {
    for (std::size_t cent = 0; cent < kCents; ++cent) {
      histogram[cent] += static_cast<double>(votes_[c * kCents + cent]);
    }
    counted += per_class[c];
  }

  constexpr int kSize = static_cast<int>(kCents);
  const auto at = [](int cent) { return static_cast<std::size_t>((cent % kSize + kSize) % kSize); };
  int crest = 0;
  double highest = -1;
  for (int cent = 0; cent < kSize; ++cent) {
    double sum = 0;
    for (int d = -kSmoothing; d <= kSmoothing; ++d) {
      sum += (kSmoothing + 1 - std::abs(d)) * histogram[at(cent + d)];
    }
    if (sum > highest) {
      highest = sum;
      crest = cent;
    }
  }
  double weight = 0;
  double moment = 0;
  for (int d = -kCrest; d <= kCrest; ++d) {
    weight += histogram[at(crest + d)];
    moment += d * histogram[at(crest + d)];
  }
  double cents = crest + 0.5 + moment / weight;  // the middle of a cell
  if (cents >= 50) cents -= 100;
  return cents;
}

}  // namespace hitscope
