#include "synth/score.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <set>
#include <vector>

namespace hitscope::synth {
namespace {

SongSpec bars(Style style, int count, bool arranged = false) {
  SongSpec spec;
  spec.style = style;
  spec.arranged = arranged;
  spec.duration_s = count * (style == Style::waltz ? 3 : 4) * 0.5;  // at 120 bpm
  return spec;
}

Score score_of(const SongSpec& spec) {
  return compose(spec, Timeline(spec));
}

std::vector<double> places_of(const Score& score, Drum drum) {
  std::vector<double> places;
  for (const Hit& hit : score.hits) {
    if (hit.drum == drum) places.push_back(hit.start_beat);
  }
  std::sort(places.begin(), places.end());
  return places;
}

bool is_melody(const Note& note) {
  return note.instrument == Instrument::lead || note.instrument == Instrument::flute ||
         note.instrument == Instrument::reed;
}

TEST(Score, HouseHasItsKickOnEveryBeatAndItsClapOnTwoAndFour) {
  const Score score = score_of(bars(Style::house, 2));
  EXPECT_EQ(places_of(score, Drum::kick), (std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(places_of(score, Drum::clap), (std::vector<double>{1, 3, 5, 7}));
}

TEST(Score, RockHasItsSnareOnTheBackBeat) {
  EXPECT_EQ(places_of(score_of(bars(Style::rock, 2)), Drum::snare), (std::vector<double>{1, 3, 5, 7}));
}

TEST(Score, AWaltzHasItsBassOnOne) {
  const Score score = score_of(bars(Style::waltz, 8));
  EXPECT_EQ(score.beats_per_bar, 3);
  int low_notes = 0;
  for (const Note& note : score.notes) {
    if (note.instrument != Instrument::electric_bass) continue;
    EXPECT_EQ(std::fmod(note.start_beat, 3.0), 0.0);
    ++low_notes;
  }
  EXPECT_EQ(low_notes, 8);
}

TEST(Score, SwingMovesOffBeatsOnly) {
  SongSpec spec = bars(Style::house, 1);
  spec.swing = 0.2;
  const auto straight = places_of(score_of(bars(Style::house, 1)), Drum::closed_hat);
  const auto swung = places_of(score_of(spec), Drum::closed_hat);
  ASSERT_EQ(straight.size(), 16U);
  ASSERT_EQ(swung.size(), 16U);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(swung[i] - straight[i], i % 2 == 0 ? 0.0 : 0.05, 1e-12);
}

TEST(Score, NothingStartsAfterTheEndOrEndsBeforeItStarts) {
  for (const Style style : kStyles) {
    SongSpec spec = bars(style, 3);
    spec.duration_s -= 0.7;  // in the middle of a bar
    const Score score = score_of(spec);
    EXPECT_NEAR(score.end_beat, spec.duration_s * 2.0, 1e-12);
    for (const Note& note : score.notes) {
      EXPECT_LT(note.start_beat, score.end_beat);
      EXPECT_GT(note.end_beat, note.start_beat);
      EXPECT_GT(note.velocity, 0.0);
      EXPECT_LE(note.velocity, 1.0);
    }
    for (const Hit& hit : score.hits) EXPECT_LT(hit.start_beat, score.end_beat);
  }
}

TEST(Score, TogglesSilenceTheirPlayersAndLeaveTheOthersAlone) {
  SongSpec spec = bars(Style::funk, 4);
  const Score all = score_of(spec);
  spec.drums = false;
  spec.melody = false;
  const Score fewer = score_of(spec);
  EXPECT_TRUE(fewer.hits.empty());
  EXPECT_FALSE(std::any_of(fewer.notes.begin(), fewer.notes.end(), is_melody));
  const auto melodic = std::count_if(all.notes.begin(), all.notes.end(), is_melody);
  EXPECT_GT(melodic, 8);
  EXPECT_EQ(fewer.notes.size() + static_cast<std::size_t>(melodic), all.notes.size());
}

TEST(Score, AMelodyMovesAndComesBack) {
  const Score score = score_of(bars(Style::rock, 12));
  std::vector<Note> line;
  std::copy_if(score.notes.begin(), score.notes.end(), std::back_inserter(line), is_melody);
  int repeats = 0;
  int leaps = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    repeats += line[i].midi == line[i - 1].midi ? 1 : 0;
    leaps += std::abs(line[i].midi - line[i - 1].midi) > 12 ? 1 : 0;
  }
  EXPECT_LT(repeats, static_cast<int>(line.size()) / 3);
  EXPECT_EQ(leaps, 0);
  // The progression has eight bars, so bar 9 sings bar 1 again.
  const auto bar = [&](int index) {
    std::vector<int> notes;
    for (const Note& note : line) {
      if (std::floor(note.start_beat / 4.0) == index) notes.push_back(note.midi);
    }
    return notes;
  };
  EXPECT_EQ(bar(0), bar(8));
  EXPECT_FALSE(bar(0).empty());
}

TEST(Score, AnArrangementKeepsTheMelodyForTheChorusAndEndsOnTheTonic) {
  for (const Style style : kStyles) {
    SongSpec spec = bars(style, 16, true);
    spec.key = 7;
    spec.mode = 0;
    const Score score = score_of(spec);
    const double last_bar = 15.0 * score.beats_per_bar;
    for (const Note& note : score.notes) {
      if (is_melody(note)) {
        EXPECT_GE(note.start_beat, 2.0 * score.beats_per_bar) << name_of(style);
      }
      if (note.start_beat >= last_bar - 1e-9) {
        const int above = (note.midi - 7 + 120) % 12;
        EXPECT_TRUE(above == 0 || above == 3 || above == 7) << name_of(style) << " " << note.midi;
        EXPECT_NEAR(note.start_beat, last_bar, 1e-9);
      }
    }
  }
}

TEST(Score, AKeyChangeTakesTheMelodyAlong) {
  SongSpec spec = bars(Style::house, 8);
  spec.key_change = KeyChange{.at_s = 6.0, .key = 6, .mode = 1};  // bar 4, in the middle of a phrase
  const Score score = score_of(spec);
  EXPECT_EQ(score.key_change_beat.value(), 12.0);
  for (const Note& note : score.notes) {
    const int above = (note.midi - (note.start_beat < 12.0 ? 0 : 6) + 120) % 12;
    EXPECT_TRUE((std::set{0, 2, 4, 5, 7, 9, 11}).contains(above)) << note.start_beat;
  }
}

TEST(Score, ABuildRollsTheSnareIntoTheDrop) {
  const Score score = score_of(bars(Style::house, 16, true));
  const auto rolls = places_of(score, Drum::snare);
  ASSERT_EQ(rolls.size(), 8U + 16U);  // eighths, then sixteenths
  EXPECT_EQ(rolls.front(), 24.0);
  EXPECT_EQ(rolls.back(), 31.75);
  EXPECT_EQ(places_of(score, Drum::riser), std::vector<double>{16.0});
  // No kick in the last bar before the drop, one on its first beat.
  const auto kicks = places_of(score, Drum::kick);
  EXPECT_TRUE(std::none_of(kicks.begin(), kicks.end(), [](double at) { return at >= 28.0 && at < 32.0; }));
  EXPECT_TRUE(std::binary_search(kicks.begin(), kicks.end(), 32.0));
}

}  // namespace
}  // namespace hitscope::synth
