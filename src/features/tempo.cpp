#include "features/tempo.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "features/tempo_evidence.h"
#include "features/tempo_refinement.h"
#include "features/tempo_weights.h"

namespace hitscope {

namespace {

constexpr std::size_t kMaxCandidates = 5;
constexpr double kLeastConfidence = 0.05;  // below, there is no tempo to speak of
constexpr int kMetres = 4;                 // tempi relate as 1 .. 4 to 1 .. 4
constexpr double kSameRatio = 0.005;       // within the error of unrefined tempi

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

// The tempo that stands in the same simple ratio to `refined` as `bpm` to `measured`, if it is one.
double follow(double bpm, double measured, double refined) {
  for (int below = 1; below <= kMetres; ++below) {
    const double above = std::round(bpm / measured * below);
    if (above < 1 || above > kMetres) continue;
    if (std::abs(bpm / measured * below / above - 1) > kSameRatio) continue;
    return std::clamp(refined * above / below, kSlowestBpm, kFastestBpm);
  }
  return bpm;
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
  const TempoCandidate best = estimate.candidates.front();
  if (best.score < kLeastConfidence) return estimate;
  if (const std::optional<double> refined = refine_tempo(novelty.amplitude_rise(), best.bpm)) {
    for (TempoCandidate& candidate : estimate.candidates) {
      candidate.bpm = follow(candidate.bpm, best.bpm, *refined);
    }
  }
  estimate.tempo_bpm = estimate.candidates.front().bpm;
  estimate.confidence = best.score;
  return estimate;
}

}  // namespace hitscope
