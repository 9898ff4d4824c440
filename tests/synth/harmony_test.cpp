#include "synth/harmony.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace hitscope::synth {
namespace {

constexpr Key kCMajor{0, 1};
constexpr Key kAMinor{9, 0};

TEST(Harmony, TriadsOfCMajor) {
  EXPECT_EQ(pitch_classes(Chord{0}, kCMajor), (std::vector{0, 4, 7}));            // C E G
  EXPECT_EQ(pitch_classes(Chord{1}, kCMajor), (std::vector{2, 5, 9}));            // D F A
  EXPECT_EQ(pitch_classes(Chord{4, true}, kCMajor), (std::vector{7, 11, 2, 5}));  // G7
}

TEST(Harmony, TheDominantOfAMinorHasTheLeadingTone) {
  EXPECT_EQ(pitch_classes(Chord{0}, kAMinor), (std::vector{9, 0, 4}));   // A C E
  EXPECT_EQ(pitch_classes(Chord{4}, kAMinor), (std::vector{4, 8, 11}));  // E G# B
  EXPECT_EQ(pitch_classes(Chord{6}, kAMinor), (std::vector{7, 11, 2}));  // G B D
}

TEST(Harmony, StepsLeaveTheOctave) {
  EXPECT_EQ(semitones_of_step(7, kCMajor, Chord{0}), 12);
  EXPECT_EQ(semitones_of_step(9, kCMajor, Chord{0}), 16);
  EXPECT_EQ(semitones_of_step(-1, kCMajor, Chord{0}), -1);
  EXPECT_EQ(semitones_of_step(-1, kAMinor, Chord{0}), -2);
  EXPECT_EQ(semitones_of_step(-1, kAMinor, Chord{4}), -1);
}

TEST(Harmony, VoicingsStayAroundTheirCentre) {
  for (int degree = 0; degree < 7; ++degree) {
    for (const int note : voicing(Chord{degree, true}, kAMinor, 60)) {
      EXPECT_GE(note, 54);
      EXPECT_LT(note, 66);
    }
  }
  EXPECT_EQ(note_from(4, 28), 28);
  EXPECT_EQ(note_from(3, 28), 39);
}

TEST(Harmony, NearestChordStepIsInTheChord) {
  EXPECT_EQ(nearest_chord_step(0, Chord{0}), 0);
  EXPECT_EQ(nearest_chord_step(1, Chord{0}), 0);
  EXPECT_EQ(nearest_chord_step(3, Chord{0}), 2);
  EXPECT_EQ(nearest_chord_step(5, Chord{0}), 4);
  EXPECT_EQ(nearest_chord_step(7, Chord{4}), 6);
  EXPECT_EQ(nearest_chord_step(-3, Chord{0}), -3);  // the fifth, an octave down
}

TEST(Harmony, EveryProgressionBeginsOnTheTonicAndNamesItsKey) {
  for (const Style style : kStyles) {
    for (const int mode : {0, 1}) {
      const auto chords = progression(style, mode);
      EXPECT_EQ(chords.front().degree, 0);
      EXPECT_EQ(chords.size() % 4, 0U);
      // A dominant somewhere: what tells a key from its relative.
      EXPECT_TRUE(std::any_of(chords.begin(), chords.end(), [](const Chord& c) { return c.degree == 4; }));
      std::set<int> heard;
      for (const Chord& chord : chords) {
        for (const int pitch_class : pitch_classes(chord, Key{0, mode})) heard.insert(pitch_class);
      }
      EXPECT_GE(heard.size(), 6U) << name_of(style);
    }
  }
}

}  // namespace
}  // namespace hitscope::synth
