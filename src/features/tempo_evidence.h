// The tempi a rhythm could have, and what speaks for each.
//
// Candidates are the peaks of the autocorrelation and their simple multiples (x2, x1/2, x3, x1/3, x3/2,
// x2/3), each placed between the frames by its own peak and those at two and four times the period. The
// evidence of a candidate is what the autocorrelation and the spectrum of each band group show at fixed
// ratios of its period: bars, beats, halves, triplets. Which pattern of these speaks for the written tempo,
// and not its half or double, is learned (tempo_weights.h). Limits: 40 to 250 BPM.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "features/novelty.h"
#include "features/periodicity.h"

namespace hitscope {

inline constexpr std::size_t kPeriodRatios = 13;
inline constexpr std::size_t kFrequencyRatios = 12;
// For each group the autocorrelation and the spectrum at their ratios; log2(bpm / 120) and its square.
inline constexpr std::size_t kTempoEvidence = kNoveltyGroups * (kPeriodRatios + kFrequencyRatios) + 2;

struct RatedTempo {
  double bpm = 0;
  std::array<double, kTempoEvidence> evidence{};
};

[[nodiscard]] std::vector<RatedTempo> tempo_evidence(const Novelty& novelty);

}  // namespace hitscope
