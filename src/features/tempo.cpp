#include "features/tempo.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "features/tempo_evidence.h"
#include "features/tempo_weights.h"

namespace hitscope {

namespace {

constexpr std::size_t kMaxCandidates = 5;
constexpr double kLeastConfidence = 0.05;  // below, there is no tempo to speak of

double weighed(const std::array<double, kTempoEvidence>& evidence,
               const std::array<double, kTempoEvidence>& weights, double start) {
  return std::inner_product(evidence.begin(), evidence.end(), weights.begin(), start);
}

double odds(const RatedTempo& tempo) {
  double log_odds = weighed(tempo.evidence, kTempoWeights, kTempoIntercept);
  for (std::size_t unit = 0; unit < kTempoUnits; ++unit) {
    log_odds += kTempoUnitWeights[unit] *
                std::tanh(weighed(tempo.evidence, kTempoUnitInputs[unit], kTempoUnitIntercepts[unit]));
  }
  return std::exp(log_odds);
}

}  // namespace

TempoEstimate estimate_tempo(const Novelty& novelty) {
  TempoEstimate estimate;
  double total = 1;  // the odds of "none of them"
  for (const RatedTempo& tempo : tempo_evidence(novelty)) {
    estimate.candidates.push_back({tempo.bpm, odds(tempo)});
    total += estimate.candidates.back().score;
  }
  if (estimate.candidates.empty()) return estimate;
  std::ranges::stable_sort(estimate.candidates, std::ranges::greater{}, &TempoCandidate::score);
  for (TempoCandidate& candidate : estimate.candidates) candidate.score /= total;
  if (estimate.candidates.size() > kMaxCandidates) estimate.candidates.resize(kMaxCandidates);
  const TempoCandidate& best = estimate.candidates.front();
  if (best.score >= kLeastConfidence) {
    estimate.tempo_bpm = best.bpm;
    estimate.confidence = best.score;
  }
  return estimate;
}

}  // namespace hitscope
