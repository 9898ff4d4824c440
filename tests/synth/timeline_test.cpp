#include "synth/timeline.h"

#include <gtest/gtest.h>

namespace hitscope::synth {
namespace {

TEST(Timeline, SteadyTempoIsAStraightLine) {
  const Timeline timeline(SongSpec{.tempo_bpm = 120.0});
  for (const double beat : {0.0, 1.0, 7.5, 1000.0}) EXPECT_DOUBLE_EQ(timeline.seconds_at(beat), beat / 2.0);
  EXPECT_DOUBLE_EQ(timeline.beats_at(30.0), 60.0);
  EXPECT_DOUBLE_EQ(timeline.tempo_at(17.0), 120.0);
}

TEST(Timeline, DriftChangesTheTempoLinearly) {
  const Timeline timeline(SongSpec{.tempo_bpm = 100.0, .duration_s = 60.0, .tempo_drift = 0.2});
  EXPECT_DOUBLE_EQ(timeline.tempo_at(0.0), 100.0);
  EXPECT_DOUBLE_EQ(timeline.tempo_at(30.0), 110.0);
  EXPECT_DOUBLE_EQ(timeline.tempo_at(60.0), 120.0);
  // A mean tempo of 110 over one minute.
  EXPECT_NEAR(timeline.beats_at(60.0), 110.0, 1e-9);
}

TEST(Timeline, SecondsAndBeatsAreInverse) {
  for (const double drift : {-0.5, -0.03, 0.0, 0.03, 0.5}) {
    const Timeline timeline(SongSpec{.tempo_bpm = 137.0, .duration_s = 30.0, .tempo_drift = drift});
    for (double t = 0.0; t <= 30.0; t += 0.7) EXPECT_NEAR(timeline.seconds_at(timeline.beats_at(t)), t, 1e-9);
  }
}

TEST(Timeline, ASwingOfAThirdPlaysTriplets) {
  const Timeline timeline(SongSpec{.style = Style::rock, .swing = 1.0 / 3.0});
  EXPECT_DOUBLE_EQ(timeline.swung(3.0), 3.0);
  EXPECT_NEAR(timeline.swung(3.5), 3.0 + 2.0 / 3.0, 1e-12);
  EXPECT_NEAR(timeline.swung(3.25), 3.0 + 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(timeline.swung(3.75), 3.0 + 5.0 / 6.0, 1e-12);
}

TEST(Timeline, SixteenthStylesSwingTheirSixteenths) {
  const Timeline timeline(SongSpec{.style = Style::funk, .swing = 1.0 / 3.0});
  EXPECT_DOUBLE_EQ(timeline.swung(0.5), 0.5);
  EXPECT_NEAR(timeline.swung(0.25), 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(timeline.swung(0.75), 0.5 + 1.0 / 3.0, 1e-12);
}

TEST(Timeline, NoSwingMovesNothing) {
  const Timeline timeline(SongSpec{});
  for (const double beat : {0.0, 0.25, 0.5, 0.75, 11.125}) EXPECT_DOUBLE_EQ(timeline.swung(beat), beat);
}

}  // namespace
}  // namespace hitscope::synth
