// Onsets per second: peaks of the onset strength, picked as librosa.onset.onset_detect picks them
// (Boeck, Krebs & Schedl 2012: a frame that is the maximum of its neighbours and 7 % of the track's range
// above the local mean of 0.2 s).
#pragma once

#include <span>

namespace hitscope {

// onset_strength: one value per hop of kHopLength at kAnalysisRateHz. 0 for an empty or constant series.
[[nodiscard]] double onset_rate_hz(std::span<const float> onset_strength);

}  // namespace hitscope
