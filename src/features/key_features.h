// The evidence for a key, as numbers: what the pitches, the chords and the cadences of a track say.
//
// The slots of KeyEvidence are read at the recording's tuning, which gives twelve pitch classes each, and
// every slot is compared with the 24 major and minor triads. From these come twelve `shapes`, each with one
// number for each pitch class r:
//   pitches, log_pitches   how much of r sounds on the whole; the logarithm tells rare notes from absent ones
//   major, minor           the share of time in which the triad on r sounds
//   first_*, last_*        the same in the first and in the last three seconds: pieces begin and end at home
//   authentic_*, plagal_*  how often the triad on r comes a second after its dominant (always major) or its
//                          subdominant (major before major, minor before minor)
// Turned by r places a shape becomes that of the same music in another key: so one set of weights serves all
// twelve tonics (key.h). `clarity` says how much the track is about pitch classes at all: how uneven they
// are, how long they last, how well they meet the semitones and the triads. Noise, speech and drums fail in
// it.
//
// Sources: C. Krumhansl, Cognitive foundations of musical pitch, 1990 (keys as pitch class profiles); T.
// Fujishima, Realtime chord recognition of musical sound, ICMC 1999 (triad templates); K. Noland and M.
// Sandler, Key estimation using a hidden Markov model, ISMIR 2006 (chord transitions tell keys that share
// their notes).
#pragma once

#include <array>
#include <cstddef>

#include "features/key_evidence.h"

namespace hitscope {

struct KeyFeatures {
  enum Shape : std::size_t {
    pitches,
    log_pitches,
    major,
    minor,
    first_major,
    first_minor,
    last_major,
    last_minor,
    authentic_major,
    authentic_minor,
    plagal_major,
    plagal_minor,
    shape_count
  };
  enum Clarity : std::size_t {
    flatness,          // of the mean pitch classes: 1 if all are equal, 0.29 if there is one
    slot_flatness,     // the mean of the slots'
    steadiness,        // the mean of the slots' strongest pitch class, 1 if it lasts through the slot
    in_tune,           // the share of the pitches that lies within the semitones
    triad_likeness,    // mean cosine between a slot and its triad
    continuity,        // mean cosine between neighbouring slots
    triad_confidence,  // mean probability of the likeliest triad
    triad_loyalty,     // the share of time of the commonest triad
    clarity_count
  };

  std::size_t slots = 0;                                     // that sound; with none, all else is zero
  std::array<std::array<double, 12>, shape_count> shapes{};  // each with mean 0
  std::array<double, clarity_count> clarity{};
};

[[nodiscard]] KeyFeatures key_features(const KeyEvidence& evidence);

}  // namespace hitscope
