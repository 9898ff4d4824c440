// The tempo of a track: the candidate for which the rhythmic evidence speaks most (tempo_evidence.h).
//
// Each candidate gets the logarithm of its odds from a small network: a linear function of its evidence and a
// layer of tanh units. The best one's odds against the others and against "none of them" are the confidence.
// The weights were learned on 4,710 renders of styles, scores and made-up music with known tempi and of
// sounds that have none (research/tempo), none of them a recording of the reference set; tempi count by how
// people prefer them (log-normal around 120 BPM; Moelants 2002). On sources it had not heard: 86 % right
// within 4 %, 97 % up to the octave, 94 % where the confidence is 0.8 or more.
// The tempo that is chosen, and those in a simple ratio to it, are then measured over the whole track if it
// keeps time (tempo_refinement.h).
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
