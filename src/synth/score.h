// What is played: a song as notes and drum hits in beats, before any sound is made.
//
// compose() writes the score of a SongSpec. Positions are quarter notes from the first downbeat, already
// swung; nothing begins at or after the end of the music.
#pragma once

#include <vector>

#include "synth/song.h"
#include "synth/timeline.h"

namespace hitscope::synth {

enum class Instrument {
  piano,
  electric_piano,
  clean_guitar,
  driven_guitar,
  electric_bass,
  synth_bass,
  sub_bass,
  pad,
  strings,
  stab,
  pluck,
  lead,
  flute,
  reed,
};

enum class Drum { kick, snare, clap, closed_hat, open_hat, ride, crash, rim, tom, shaker, riser };

struct Note {
  Instrument instrument = Instrument::piano;
  double start_beat = 0.0;
  double end_beat = 0.0;
  int midi = 60;
  double velocity = 1.0;    // 0 to 1: loudness
  double brightness = 1.0;  // 0 to 1: how far the timbre opens
};

struct Hit {
  Drum drum = Drum::kick;
  double start_beat = 0.0;
  double velocity = 1.0;
  double length_beats = 0.0;  // of a riser; other drums ring as long as they do
};

struct Score {
  int beats_per_bar = 4;
  double end_beat = 0.0;
  std::optional<double> key_change_beat;
  std::vector<Note> notes;
  std::vector<Hit> hits;
};

[[nodiscard]] Score compose(const SongSpec& spec, const Timeline& timeline);

}  // namespace hitscope::synth
