// The drum kit, synthesised: sine sweeps for what has a skin, filtered noise and clusters of square waves at
// inharmonic ratios for what is metal. Each sound starts at its first sample and decays to nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "synth/score.h"

namespace hitscope::synth {

// Mono samples peaking at or a little below 1. `length_s` is how long a riser rises; other drums ignore it.
[[nodiscard]] std::vector<float> play_drum(Drum drum, double length_s, int sample_rate_hz,
                                           std::uint64_t seed);

}  // namespace hitscope::synth
