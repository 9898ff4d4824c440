// The tempi a rhythm could have, and what speaks for each.
//
// Candidates are the peaks of two autocorrelations, of all bands and of all groups on average, and their
// simple multiples (x2, x1/2, x3, x1/3, x3/2, x2/3), each placed between the frames by its own peak and those
// at two and four times the period. The evidence of a candidate is what the autocorrelation and the spectrum
// of each group show at fixed ratios of its period (bars, beats, halves, triplets, and those that would be
// beats if a rival were right), how each group's novelty is spread over the beat, and how fast it is, in
// beats and in onsets a beat. Which pattern of these speaks for the written tempo, and not its half, double
// or two thirds, is learned (tempo_weights.h). Limits: 40 to 250 BPM.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "features/novelty.h"
#include "features/periodicity.h"

namespace hitscope {

inline constexpr double kSlowestBpm = 40;
inline constexpr double kFastestBpm = 250;
inline constexpr std::size_t kPeriodRatios = 21;
inline constexpr std::size_t kFrequencyRatios = 16;
inline constexpr std::size_t kBeatParts = 12;
// For each group the autocorrelation at its ratios; for each the spectrum at its own; for each the shares of
// the beat; then log2(bpm / 120), its square, log2 of the onsets a beat, its square.
inline constexpr std::size_t kTempoEvidence =
    kNoveltyGroups * (kPeriodRatios + kFrequencyRatios + kBeatParts) + 4;

struct RatedTempo {
  double bpm = 0;
  std::array<double, kTempoEvidence> evidence{};
};

[[nodiscard]] std::vector<RatedTempo> tempo_evidence(const Novelty& novelty);

}  // namespace hitscope
