// Keys, scales, chords and the progressions each style plays.
//
// Scale degrees count from 0 (the tonic) to 6; a step is a position in the scale that may leave the octave:
// step 7 is the tonic an octave up, step -1 the seventh below. Minor is natural minor; on a dominant chord
// (degree 4) the seventh degree is raised, which makes it the harmonic minor.
#pragma once

#include <span>
#include <vector>

#include "synth/song.h"

namespace hitscope::synth {

struct Key {
  int tonic = 0;  // pitch class
  int mode = 1;
};

struct Chord {
  int degree = 0;
  bool seventh = false;
};

// Semitones above the tonic's own octave, of a step in the scale that goes with the chord.
[[nodiscard]] int semitones_of_step(int step, const Key& key, const Chord& chord);

// The chord's pitch classes from its root upwards: three, or four with a seventh.
[[nodiscard]] std::vector<int> pitch_classes(const Chord& chord, const Key& key);

// The chord's notes in close position, each in the octave around `centre` (a MIDI note): successive chords
// keep common tones and move by steps.
[[nodiscard]] std::vector<int> voicing(const Chord& chord, const Key& key, int centre);

// The MIDI note of a pitch class in the octave that starts at `lowest`.
[[nodiscard]] int note_from(int pitch_class, int lowest);

// Whether a step's degree is the chord's root, third or fifth.
[[nodiscard]] bool is_chord_step(int step, const Chord& chord);

// The step nearest to `step` whose degree belongs to the chord.
[[nodiscard]] int nearest_chord_step(int step, const Chord& chord);

// One chord a bar, to be repeated; begins on the tonic.
[[nodiscard]] std::span<const Chord> progression(Style style, int mode);

}  // namespace hitscope::synth
