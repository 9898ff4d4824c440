// The pitched instruments, as two small engines and a table of patches each.
//
// - Struck and plucked sounds (piano, guitars, electric bass, electric piano, pluck) are sums of exactly
//   harmonic, exponentially decaying partials; higher ones start weaker and die sooner, as strings do.
// - Held sounds (synth basses, pad, strings, stab, lead, flute, reed) are band-limited wave tables through a
//   resonant low-pass filter (Zavalishin's topology-preserving state variable filter) with envelopes.
// Nothing aliases: a partial at or above 0.45 of the sample rate is never made. Notes are in tune to within
// 0.1 cent before `detune`, except for the chorus of the instruments that have several detuned oscillators,
// which lie symmetrically about the pitch.
#pragma once

#include <cstdint>
#include <vector>

#include "synth/score.h"

namespace hitscope::synth {

struct Tone {
  Instrument instrument = Instrument::piano;
  double frequency_hz = 440.0;
  double held_s = 0.5;  // then it is released, and rings on a little
  double velocity = 1.0;
  double brightness = 1.0;

  bool operator==(const Tone&) const = default;
};

// Pads and strings are played twice with other phases, for the left and for the right.
[[nodiscard]] bool is_wide(Instrument instrument);

// Mono samples; the tone starts at the first. Peaks stay near +-1 at most.
[[nodiscard]] std::vector<float> play_tone(const Tone& tone, int sample_rate_hz, std::uint64_t seed);

}  // namespace hitscope::synth
