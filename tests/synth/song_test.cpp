#include "synth/song.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "synth/goertzel.h"
#include "synth/harmony.h"
#include "synth/loudness.h"
#include "synth/signals.h"

namespace hitscope::synth {
namespace {

SongSpec short_song(Style style = Style::rock) {
  SongSpec spec;
  spec.style = style;
  spec.duration_s = 4.0;
  spec.sample_rate_hz = 22050;
  return spec;
}

std::set<int> scale_of(int key, int mode) {
  std::set<int> scale;
  for (int step = 0; step < 7; ++step)
    scale.insert((key + semitones_of_step(step, Key{0, mode}, Chord{})) % 12);
  if (mode == 0) scale.insert((key + 11) % 12);  // the harmonic minor's leading tone
  return scale;
}

TEST(Song, LastsExactlyAsLongAsAsked) {
  for (const Style style : kStyles) {
    SongSpec spec = short_song(style);
    spec.duration_s = 1.2345;
    EXPECT_EQ(render(spec).size(), 2U * 27221U) << name_of(style);  // 27220.7
  }
  SongSpec spec = short_song();
  spec.silence_before_s = 0.5;
  spec.silence_after_s = 0.25;
  spec.channels = 1;
  EXPECT_EQ(render(spec).size(), static_cast<std::size_t>(std::llround(4.75 * 22050)));
}

TEST(Song, TheSameSpecGivesTheSameSamplesAndTheSeedChangesThem) {
  SongSpec spec = short_song();
  const auto first = render(spec);
  EXPECT_EQ(first, render(spec));
  spec.seed = 2;
  EXPECT_NE(first, render(spec));
}

TEST(Song, TheSeedNeverChangesTempoOrKey) {
  for (const Style style : kStyles) {
    SongSpec spec = short_song(style);
    const auto beats = truth_of(spec).beat_times_s;
    for (std::uint64_t seed = 2; seed < 20; ++seed) {
      spec.seed = seed;
      const SongTruth truth = truth_of(spec);
      EXPECT_EQ(truth.beat_times_s, beats);
      for (int pitch_class = 0; pitch_class < 12; ++pitch_class) {
        if (!scale_of(0, 1).contains(pitch_class)) {
          EXPECT_EQ(truth.note_seconds[static_cast<std::size_t>(pitch_class)], 0.0);
        }
      }
    }
  }
}

TEST(Song, EveryNoteLiesInTheScaleAndTheTonicTriadLeads) {
  for (const Style style : kStyles) {
    for (int key = 0; key < 12; ++key) {
      for (const int mode : {0, 1}) {
        SongSpec spec = short_song(style);
        spec.key = key;
        spec.mode = mode;
        spec.duration_s = 32.0;
        const SongTruth truth = truth_of(spec);
        const auto scale = scale_of(key, mode);
        double triad = 0.0;
        double all = 0.0;
        for (int pitch_class = 0; pitch_class < 12; ++pitch_class) {
          const double seconds = truth.note_seconds[static_cast<std::size_t>(pitch_class)];
          all += seconds;
          if (!scale.contains(pitch_class)) {
            EXPECT_EQ(seconds, 0.0) << name_of(style) << " " << key << " " << mode << " " << pitch_class;
          }
          const int above = (pitch_class - key + 12) % 12;
          if (above == 0 || above == 7 || above == (mode == 1 ? 4 : 3)) triad += seconds;
        }
        EXPECT_GT(triad, 0.5 * all) << name_of(style) << " " << key << " " << mode;
      }
    }
  }
}

TEST(Song, TheSoundItselfHasItsPowerInTheScale) {
  // The bass of a slow ballad alone: long notes, whose fundamentals fill one octave.
  SongSpec spec = short_song(Style::ballad);
  spec.key = 9;
  spec.mode = 0;
  spec.tempo_bpm = 60.0;
  spec.duration_s = 32.0;
  spec.sample_rate_hz = 8000;
  spec.chords = spec.melody = false;
  const auto sound = channel_of(render(spec), 2, 0);
  double inside = 0.0;
  double outside = 0.0;
  for (int note = 28; note < 40; ++note) {
    const double amplitude = amplitude_at(sound, frequency_of_note(note), spec.sample_rate_hz);
    (scale_of(9, 0).contains(note % 12) ? inside : outside) += amplitude * amplitude;
  }
  EXPECT_GT(inside, 20.0 * outside);
}

TEST(Song, BeatsAreWhereTheTempoPutsThem) {
  SongSpec spec = short_song();
  spec.tempo_bpm = 150.0;
  spec.silence_before_s = 0.3;
  const SongTruth truth = truth_of(spec);
  ASSERT_EQ(truth.beat_times_s.size(), 10U);
  ASSERT_EQ(truth.downbeat_times_s.size(), 3U);
  for (std::size_t i = 0; i < 10; ++i)
    EXPECT_NEAR(truth.beat_times_s[i], 0.3 + 0.4 * static_cast<double>(i), 1e-12);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(truth.downbeat_times_s[i], 0.3 + 1.6 * static_cast<double>(i), 1e-12);
  EXPECT_DOUBLE_EQ(truth.tempo_bpm, 150.0);
  EXPECT_DOUBLE_EQ(truth.tempo_end_bpm, 150.0);
}

TEST(Song, AWaltzHasThreeBeats) {
  const SongTruth truth = truth_of(short_song(Style::waltz));
  EXPECT_EQ(truth.beats_per_bar, 3);
  EXPECT_DOUBLE_EQ(truth.downbeat_times_s[1], truth.beat_times_s[3]);
}

TEST(Song, DrumsStartOnTheSampleOfTheirOnset) {
  // A slow waltz's drums have died away before the next hit, so each hit's first sample is a jump.
  SongSpec spec = short_song(Style::waltz);
  spec.tempo_bpm = 70.0;
  spec.bass = spec.chords = spec.melody = false;
  spec.silence_before_s = 0.1;
  spec.channels = 1;
  const auto sound = render(spec);
  const auto start = static_cast<std::size_t>(std::llround(0.1 * spec.sample_rate_hz));
  EXPECT_EQ(peak_of(std::span(sound).first(start)), 0.0);
  const auto steepest = [&](std::size_t from, std::size_t to) {
    double most = 0.0;
    for (std::size_t i = from; i < to; ++i) {
      most = std::max(most, std::abs(static_cast<double>(sound[i]) - static_cast<double>(sound[i - 1])));
    }
    return most;
  };
  const auto onsets = truth_of(spec).onset_times_s;
  ASSERT_GE(onsets.size(), 6U);
  for (const double onset_s : onsets) {
    const auto at = static_cast<std::size_t>(std::llround(onset_s * spec.sample_rate_hz));
    EXPECT_GT(steepest(at, at + 3), 4.0 * steepest(at - 100, at)) << onset_s;
    EXPECT_GT(steepest(at, at + 3), 0.01) << onset_s;
  }
}

TEST(Song, OnsetsAreSortedAndInsideTheMusic) {
  for (const Style style : kStyles) {
    SongSpec spec = short_song(style);
    spec.silence_before_s = 1.0;
    spec.swing = 0.2;
    const auto onsets = truth_of(spec).onset_times_s;
    ASSERT_GE(onsets.size(), 8U);
    EXPECT_DOUBLE_EQ(onsets.front(), 1.0);
    EXPECT_LT(onsets.back(), 5.0);
    EXPECT_TRUE(std::is_sorted(onsets.begin(), onsets.end()));
    for (std::size_t i = 1; i < onsets.size(); ++i)
      EXPECT_GT(onsets[i] - onsets[i - 1], 0.01) << name_of(style);
  }
}

TEST(Song, LoudnessIsWhatWasAsked) {
  for (const double target : {-30.0, -14.0, -9.0}) {
    for (const int channels : {1, 2}) {
      SongSpec spec = short_song();
      spec.level_lufs = target;
      spec.channels = channels;
      const auto sound = render(spec);
      EXPECT_NEAR(integrated_lufs(sound, spec.sample_rate_hz, channels).value(), target, 0.02);
      EXPECT_LE(peak_of(sound), 0.967);
    }
  }
}

TEST(Song, WithoutALevelThePeakIsMinusOne) {
  SongSpec spec = short_song(Style::ballad);
  spec.level_lufs.reset();
  EXPECT_NEAR(peak_of(render(spec)), amplitude_of_db(-1.0), 1e-5);
}

TEST(Song, ClippingClips) {
  SongSpec spec = short_song();
  spec.clip = true;
  const auto sound = render(spec);
  EXPECT_EQ(peak_of(sound), 1.0);
  const auto flat = std::count_if(sound.begin(), sound.end(), [](float x) { return std::abs(x) == 1.0F; });
  EXPECT_GT(static_cast<double>(flat), 0.02 * static_cast<double>(sound.size()));
}

TEST(Song, NoiseFillsTheSilence) {
  SongSpec spec = short_song();
  spec.silence_before_s = 1.0;
  spec.noise_dbfs = -40.0;
  const auto sound = render(spec);
  EXPECT_NEAR(rms_of(std::span(sound).first(44100)), 0.01, 0.0003);
}

TEST(Song, SilencesAreDigitalSilence) {
  SongSpec spec = short_song();
  spec.silence_before_s = 0.5;
  spec.silence_after_s = 0.5;
  const auto sound = render(spec);
  EXPECT_EQ(peak_of(std::span(sound).first(2 * 11025)), 0.0);
  EXPECT_EQ(peak_of(std::span(sound).last(2 * 11025)), 0.0);
  EXPECT_GT(peak_of(sound), 0.1);
}

TEST(Song, MutingEveryoneLeavesSilence) {
  SongSpec spec = short_song();
  spec.drums = spec.bass = spec.chords = spec.melody = false;
  EXPECT_EQ(peak_of(render(spec)), 0.0);
  EXPECT_TRUE(truth_of(spec).onset_times_s.empty());
}

TEST(Song, ABalladHasNoDrums) {
  SongSpec spec = short_song(Style::ballad);
  const auto with = render(spec);
  spec.drums = false;
  EXPECT_EQ(with, render(spec));
}

TEST(Song, DetuningMovesEveryNote) {
  SongSpec spec = short_song(Style::ballad);
  spec.chords = spec.melody = false;  // the bass holds C2, then A1
  spec.tempo_bpm = 60.0;
  spec.sample_rate_hz = 8000;
  const double plain_hz = frequency_of_note(36);
  for (const double cents : {-30.0, 0.0, 30.0}) {
    spec.detune_cents = cents;
    const auto sound = channel_of(render(spec), 2, 0);
    double best = 0.0;
    double best_cents = 0.0;
    for (double c = -50.0; c <= 50.0; c += 1.0) {
      const double amplitude = amplitude_at(sound, plain_hz * std::exp2(c / 1200.0), spec.sample_rate_hz);
      if (amplitude > best) {
        best = amplitude;
        best_cents = c;
      }
    }
    EXPECT_NEAR(best_cents, cents, 2.0);
  }
}

TEST(Song, TheKeyChangesOnTheNextBarLine) {
  SongSpec spec = short_song();
  spec.duration_s = 16.0;  // bars of 2 s
  spec.key_change = KeyChange{.at_s = 7.1, .key = 6, .mode = 1};
  const SongTruth truth = truth_of(spec);
  EXPECT_DOUBLE_EQ(truth.key_change_s.value(), 8.0);
  EXPECT_GT(truth.note_seconds[6], 1.0);  // F sharp: not in C major
  spec.key_change->at_s = 20.0;
  EXPECT_FALSE(truth_of(spec).key_change_s.has_value());
}

TEST(Song, DriftMovesTheBeatsOfTheEnd) {
  SongSpec spec = short_song();
  spec.duration_s = 60.0;
  spec.tempo_drift = 0.1;
  const SongTruth truth = truth_of(spec);
  EXPECT_DOUBLE_EQ(truth.tempo_end_bpm, 132.0);
  const auto& beats = truth.beat_times_s;
  EXPECT_NEAR(60.0 / (beats[1] - beats[0]), 120.0, 0.1);
  EXPECT_NEAR(60.0 / (beats.back() - beats[beats.size() - 2]), 132.0, 0.2);
}

TEST(Song, AnArrangementGrows) {
  for (const Style style : {Style::house, Style::rock, Style::ballad, Style::drum_and_bass}) {
    SongSpec spec = short_song(style);
    spec.duration_s = 24.0;
    spec.arranged = true;
    const auto sound = render(spec);
    const auto second = 2U * static_cast<std::size_t>(spec.sample_rate_hz);
    const double opening = rms_of(std::span(sound).first(2 * second));
    const double chorus = rms_of(std::span(sound).subspan(15 * second, 2 * second));
    EXPECT_GT(chorus, 1.4 * opening) << name_of(style);
  }
}

TEST(Song, MoreChannelsRepeatTheFirstTwo) {
  SongSpec spec = short_song();
  spec.channels = 4;
  const auto sound = render(spec);
  EXPECT_EQ(channel_of(sound, 4, 0), channel_of(sound, 4, 2));
  EXPECT_EQ(channel_of(sound, 4, 1), channel_of(sound, 4, 3));
  EXPECT_NE(channel_of(sound, 4, 0), channel_of(sound, 4, 1));
}

TEST(Song, EveryStylePlaysAtEveryRate) {
  for (const Style style : kStyles) {
    for (const int rate : {4000, 8000, 48000, 96000}) {
      SongSpec spec = short_song(style);
      spec.duration_s = 1.0;
      spec.sample_rate_hz = rate;
      const auto sound = render(spec);
      EXPECT_TRUE(std::all_of(sound.begin(), sound.end(), [](float x) { return std::isfinite(x); }));
      EXPECT_GT(peak_of(sound), 0.05) << name_of(style) << " " << rate;
    }
  }
}

TEST(Song, UnplayableSpecsSaySoAndRenderNothing) {
  const auto refused = [](auto&& change) {
    SongSpec spec = short_song();
    change(spec);
    return problem_with(spec).has_value() && render(spec).empty() && truth_of(spec).beat_times_s.empty();
  };
  EXPECT_TRUE(refused([](SongSpec& s) { s.tempo_bpm = 0.0; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.tempo_bpm = std::nan(""); }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.key = 12; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.mode = 2; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.duration_s = -1.0; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.sample_rate_hz = 0; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.channels = 0; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.level_lufs = 3.0; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.swing = 0.5; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.tempo_drift = -1.0; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.key_change = KeyChange{-1.0, 0, 1}; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.detune_cents = 400.0; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.silence_before_s = -1.0; }));
  EXPECT_TRUE(refused([](SongSpec& s) { s.noise_dbfs = 1.0; }));
  EXPECT_FALSE(problem_with(SongSpec{}).has_value());
}

}  // namespace
}  // namespace hitscope::synth
