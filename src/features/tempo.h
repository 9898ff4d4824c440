// The tempo of a track: the candidate for which the rhythmic evidence speaks most (tempo_evidence.h).
//
// Each candidate gets the logarithm of its odds from a linear model of its evidence; the best one's odds
// against the others and against "none of them" are the confidence. The weights were learned on 220 renders
// of styles and scores with written tempi (research/tempo), none of them a recording of the reference set.
// Limits: one tempo a track, 40 to 250 BPM. Unknown when nothing repeats, as in silence, noise or speech.
#pragma once

#include <optional>
#include <vector>

#include "features/novelty.h"
#include "features/track_features.h"

namespace hitscope {

struct TempoEstimate {
  std::optional<double> tempo_bpm;
  std::optional<double> confidence;        // probability that tempo_bpm is the written tempo
  std::vector<TempoCandidate> candidates;  // best first, at most five
};

[[nodiscard]] TempoEstimate estimate_tempo(const Novelty& novelty);

}  // namespace hitscope
