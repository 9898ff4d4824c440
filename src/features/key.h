// The key of a track: which of the 24 major and minor keys its pitches, chords and cadences speak for.
//
// The classical way compares the mean pitch classes with a profile of a key, turned to each tonic (Krumhansl
// and Kessler 1982; Temperley 1999; Albrecht and Shanahan 2013). That confuses keys that share most of their
// notes: a fifth apart, relative, parallel. Here the profile is one of twelve shapes (key_features.h) that
// also hold the chords, how the piece begins and ends and its cadences; each has a profile of its own for
// major and for minor, learned together as a softmax over 24 keys and "none" (research/key), from renders of
// scores and styles whose key is known. What is learned belongs to intervals, never to a tonic: music moved
// to another key gets the same answer, moved.
//
// The scores are probabilities. Of answers with a confidence of 0.8 and more some 95 % were right on renders
// the model had not seen. Limits: one key a track, the one that prevails; modes are told as the major or
// minor they come closest to. Unknown (nullopt) when no key has a probability worth telling, as in silence,
// noise, speech, clicks and unpitched drums.
//
// Sources: C. Krumhansl and E. Kessler, Tracing the dynamic changes in perceived tonal organization, Psych.
// Review 89, 1982; D. Temperley, What's key for key?, Music Perception 17, 1999; J. Albrecht and D. Shanahan,
// The use of large corpora to train a new type of key-finding algorithm, Music Perception 31, 2013.
#pragma once

#include <optional>
#include <vector>

#include "features/key_evidence.h"
#include "features/track_features.h"

namespace hitscope {

struct KeyEstimate {
  std::optional<int> key;                // pitch class, 0 = C ... 11 = B
  std::optional<int> mode;               // 1 major, 0 minor
  std::optional<double> confidence;      // probability that key and mode are right
  std::vector<KeyCandidate> candidates;  // all 24, best first, with their probabilities; none in silence
};

[[nodiscard]] KeyEstimate estimate_key(const KeyEvidence& evidence);

}  // namespace hitscope
