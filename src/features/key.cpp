#include "features/key.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>

#include "features/key_features.h"
#include "features/key_weights.h"

namespace hitscope {
namespace {

constexpr double kLeastConfidence = 0.05;  // little more than chance among 24: no key to speak of

using Shapes = decltype(KeyFeatures::shapes);

// What the shapes say for a key: each turned so that the tonic comes first, times the mode's weights.
double score(const Shapes& shapes, const Shapes& weights, std::size_t tonic) {
  double sum = 0;
  for (std::size_t s = 0; s < shapes.size(); ++s) {
    for (std::size_t step = 0; step < 12; ++step) sum += weights[s][step] * shapes[s][(tonic + step) % 12];
  }
  return sum;
}

}  // namespace

KeyEstimate estimate_key(const KeyEvidence& evidence) {
  KeyEstimate estimate;
  const KeyFeatures features = key_features(evidence);
  if (features.slots == 0) return estimate;

  for (int key = 0; key < 12; ++key) {
    const auto tonic = static_cast<std::size_t>(key);
    estimate.candidates.push_back({key, 1, score(features.shapes, kMajorWeights, tonic)});
    estimate.candidates.push_back({key, 0, score(features.shapes, kMinorWeights, tonic) + kMinorBias});
  }
  const double none =
      std::inner_product(features.clarity.begin(), features.clarity.end(), kNoKeyWeights.begin(), kNoKeyBias);
  std::ranges::stable_sort(estimate.candidates, std::ranges::greater{}, &KeyCandidate::score);

  // From scores to probabilities, "none" included.
  const double highest = std::max(estimate.candidates.front().score, none);
  double total = std::exp(none - highest);
  for (KeyCandidate& candidate : estimate.candidates) {
    candidate.score = std::exp(candidate.score - highest);
    total += candidate.score;
  }
  for (KeyCandidate& candidate : estimate.candidates) candidate.score /= total;

  const KeyCandidate& best = estimate.candidates.front();
  if (best.score >= kLeastConfidence) {
    estimate.key = best.key;
    estimate.mode = best.mode;
    estimate.confidence = best.score;
  }
  return estimate;
}

}  // namespace hitscope
