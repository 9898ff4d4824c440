#include "features/key_features.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numeric>

namespace hitscope {
namespace {

using Notes = std::initializer_list<int>;

// A slot in which some pitch classes sound alike, `thirds` of a semitone above A4 = 440 Hz.
PitchSlot slot_of(Notes notes, int thirds = 0, float level = 1) {
  PitchSlot slot;
  for (const int note : notes) slot.pitches[static_cast<std::size_t>((3 * note + thirds + 36) % 36)] = 200;
  slot.level = level;
  return slot;
}

KeyEvidence evidence_of(std::initializer_list<Notes> chords, int slots_each, int thirds = 0) {
  KeyEvidence evidence;
  for (const Notes& chord : chords)
    evidence.slots.insert(evidence.slots.end(), static_cast<std::size_t>(slots_each), slot_of(chord, thirds));
  return evidence;
}

std::size_t peak(const std::array<double, 12>& shape) {
  return static_cast<std::size_t>(std::max_element(shape.begin(), shape.end()) - shape.begin());
}

TEST(KeyFeatures, HearsTheChordsAndTheEdges) {
  // C major, F major, G major, A minor, each for six seconds.
  const auto features = key_features(evidence_of({{0, 4, 7}, {5, 9, 0}, {7, 11, 2}, {9, 0, 4}}, 16));
  EXPECT_EQ(features.slots, 64U);
  const auto& major = features.shapes[KeyFeatures::major];
  for (const std::size_t on : {0UL, 5UL, 7UL}) {
    for (const std::size_t off : {1UL, 2UL, 3UL, 6UL, 8UL, 10UL}) EXPECT_GT(major[on], major[off] + 0.15);
  }
  EXPECT_EQ(peak(features.shapes[KeyFeatures::minor]), 9U);
  EXPECT_EQ(peak(features.shapes[KeyFeatures::first_major]), 0U);
  EXPECT_EQ(peak(features.shapes[KeyFeatures::last_minor]), 9U);
  EXPECT_EQ(peak(features.shapes[KeyFeatures::pitches]), 0U);  // in three of the four chords
}

TEST(KeyFeatures, HearsCadences) {
  // Slots of a third of a second: a chord a second, so that each step meets the next chord.
  KeyEvidence evidence;
  for (int i = 0; i < 8; ++i) {
    const auto bar = evidence_of({{7, 11, 2}, {0, 4, 7}}, 3);
    evidence.slots.insert(evidence.slots.end(), bar.slots.begin(), bar.slots.end());
  }
  const auto features = key_features(evidence);
  EXPECT_EQ(peak(features.shapes[KeyFeatures::authentic_major]), 0U);  // G to C
  EXPECT_EQ(peak(features.shapes[KeyFeatures::plagal_major]), 7U);     // and C to G
  EXPECT_GT(features.shapes[KeyFeatures::authentic_major][0], 1.0);
  EXPECT_LT(features.shapes[KeyFeatures::authentic_minor][0], 0.1);
}

TEST(KeyFeatures, TurnWithTheMusic) {
  const auto in_c = key_features(evidence_of({{0, 4, 7}, {5, 9, 0}, {7, 11, 2}}, 5));
  const auto in_e = key_features(evidence_of({{4, 8, 11}, {9, 1, 4}, {11, 3, 6}}, 5));
  for (std::size_t s = 0; s < in_c.shapes.size(); ++s) {
    for (std::size_t c = 0; c < 12; ++c) EXPECT_NEAR(in_c.shapes[s][c], in_e.shapes[s][(c + 4) % 12], 1e-9);
  }
  for (std::size_t i = 0; i < in_c.clarity.size(); ++i) EXPECT_NEAR(in_c.clarity[i], in_e.clarity[i], 1e-9);
}

TEST(KeyFeatures, AreReadAtTheTuning) {
  const auto tuned = key_features(evidence_of({{0, 4, 7}, {7, 11, 2}}, 5));
  for (const int thirds : {-1, 1}) {
    auto evidence = evidence_of({{0, 4, 7}, {7, 11, 2}}, 5, thirds);
    evidence.tuning_cents = thirds * 100.0 / 3;
    const auto features = key_features(evidence);
    for (std::size_t s = 0; s < tuned.shapes.size(); ++s) {
      for (std::size_t c = 0; c < 12; ++c) EXPECT_NEAR(features.shapes[s][c], tuned.shapes[s][c], 1e-9);
    }
  }
}

TEST(KeyFeatures, KnowHowClearThePitchesAre) {
  const auto note = key_features(evidence_of({{0}}, 10));
  EXPECT_NEAR(note.clarity[KeyFeatures::flatness], 1 / std::sqrt(12.0), 1e-9);
  EXPECT_NEAR(note.clarity[KeyFeatures::in_tune], 1.0, 1e-9);
  EXPECT_NEAR(note.clarity[KeyFeatures::steadiness], 200.0 / 255, 1e-9);
  EXPECT_NEAR(note.clarity[KeyFeatures::continuity], 1.0, 1e-9);
  const auto triad = key_features(evidence_of({{2, 5, 9}}, 10));
  EXPECT_NEAR(triad.clarity[KeyFeatures::triad_likeness], 1.0, 1e-9);
  EXPECT_GT(triad.clarity[KeyFeatures::triad_loyalty], 0.9);

  KeyEvidence even;
  even.slots.resize(10);
  for (PitchSlot& slot : even.slots) {
    slot.pitches.fill(100);
    slot.level = 1;
  }
  const auto noise = key_features(even);
  EXPECT_NEAR(noise.clarity[KeyFeatures::flatness], 1.0, 1e-9);
  EXPECT_NEAR(noise.clarity[KeyFeatures::in_tune], 0.5, 1e-9);         // the mean of a raised cosine
  EXPECT_NEAR(noise.clarity[KeyFeatures::triad_likeness], 0.5, 1e-9);  // 3 / sqrt(3 * 12)
  EXPECT_NEAR(noise.clarity[KeyFeatures::triad_confidence], 1.0 / 24, 1e-9);
}

TEST(KeyFeatures, PassFadesAndSilenceOver) {
  auto evidence = evidence_of({{0, 4, 7}}, 5);
  evidence.slots.push_back(slot_of({1, 5, 8}, 0, 1e-4F));
  evidence.slots.push_back(slot_of({}, 0, 0));
  EXPECT_EQ(key_features(evidence).slots, 5U);
  EXPECT_EQ(key_features(KeyEvidence{}).slots, 0U);
  evidence.slots.assign(3, PitchSlot{});
  EXPECT_EQ(key_features(evidence).slots, 0U);
}

}  // namespace
}  // namespace hitscope
