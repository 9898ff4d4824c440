// Beats to seconds, and back: tempo, drift and swing of a SongSpec.
//
// A beat is a quarter note; beat 0 is the first downbeat. With a tempo that changes linearly in time,
// tempo(t) = b (1 + d t / D), the beats passed by time t are its integral, (b/60) (t + d t^2 / 2D), which is
// a quadratic to solve for t: onsets stay exact, nothing is accumulated.
#pragma once

#include "synth/song.h"

namespace hitscope::synth {

class Timeline {
 public:
  explicit Timeline(const SongSpec& spec);

  // Seconds from the start of the music.
  [[nodiscard]] double seconds_at(double beat) const;
  [[nodiscard]] double beats_at(double seconds) const;
  [[nodiscard]] double tempo_at(double seconds) const;

  // Where a written position is played: swing moves it inside its own pair of eighths (or sixteenths).
  [[nodiscard]] double swung(double beat) const;

 private:
  double beats_per_second_;
  double bend_;  // d / 2D
  double pair_beats_;
  double swing_;
};

}  // namespace hitscope::synth
