#include "synth/timeline.h"

#include <algorithm>
#include <cmath>

namespace hitscope::synth {

Timeline::Timeline(const SongSpec& spec)
    : beats_per_second_(spec.tempo_bpm / 60.0),
      bend_(spec.duration_s > 0.0 ? spec.tempo_drift / (2.0 * spec.duration_s) : 0.0),
      pair_beats_(spec.style == Style::house || spec.style == Style::funk ||
                          spec.style == Style::drum_and_bass
                      ? 0.5
                      : 1.0),
      swing_(spec.swing) {}

double Timeline::seconds_at(double beat) const {
  const double steady = beat / beats_per_second_;
  // The root written so that it is exact for no drift; far beyond the end of a slowing track it has none.
  return 2.0 * steady / (1.0 + std::sqrt(std::max(0.0, 1.0 + 4.0 * bend_ * steady)));
}

double Timeline::beats_at(double seconds) const {
  return beats_per_second_ * seconds * (1.0 + bend_ * seconds);
}

double Timeline::tempo_at(double seconds) const {
  return 60.0 * beats_per_second_ * (1.0 + 2.0 * bend_ * seconds);
}

double Timeline::swung(double beat) const {
  const double pair = std::floor(beat / pair_beats_);
  const double within = beat / pair_beats_ - pair;
  const double middle = 0.5 * (1.0 + swing_);
  const double moved = within < 0.5 ? within * 2.0 * middle : 1.0 - (1.0 - within) * 2.0 * (1.0 - middle);
  return (pair + moved) * pair_beats_;
}

}  // namespace hitscope::synth
