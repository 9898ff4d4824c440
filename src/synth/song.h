// Music of exactly known tempo, key, mode, level and duration.
//
// A SongSpec says what is wanted, render() plays it, truth_of() tells what a perfect ear would hear in it.
// The music is tonal and strictly diatonic: every pitched note lies in the scale of `key` and `mode` (minor
// chords on the fifth degree are raised to the dominant, so the harmonic minor's leading tone counts as in
// the scale), phrases begin and close on the tonic. All instruments are synthesised here; nothing is sampled.
//
// Time. Music starts on a downbeat at silence_before_s and lasts duration_s; reverberation is cut there by a
// 10 ms fade. Every note and drum hit begins at the sample llround(time * sample_rate_hz) of its nominal
// time: nothing is humanised. With drift the tempo at t seconds into the music is
// tempo_bpm * (1 + tempo_drift * t / duration_s). Swing delays every second eighth (in house, funk and
// drum_and_bass every second sixteenth) by `swing` of its own length: 1/3 gives triplets. Beats never move.
//
// Level. With level_lufs the integrated loudness (ITU-R BS.1770-4, synth/loudness.h) of the whole returned
// stream is that, within 0.02 LU, for one or two channels: by pure gain where the peaks allow it, otherwise
// through a look-ahead limiter at -0.3 dBFS. Above about -7 LUFS a limiter cannot reach every target; the
// result then is as loud as it gets. Without level_lufs the mix is scaled to a peak of -1 dBFS.
//
// Deterministic: the same spec gives the same samples (up to the platform's libm). The seed changes melody,
// fills and noise, never tempo, key or form.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hitscope::synth {

enum class Style {
  house,          // four on the floor, off-beat bass, stabs, side-chained pad
  rock,           // back beat, driven guitar, eighth-note bass
  ballad,         // piano, strings, flute; no drums at all
  drum_and_bass,  // two-step break, sub bass, wide pads; meant for 165 to 180 bpm
  waltz,          // 3/4: bass on one, chords on two and three
  funk,           // sixteenth-note syncopation, electric piano
};

struct KeyChange {
  double at_s = 0.0;  // into the music; takes effect at the first bar line at or after it
  int key = 0;
  int mode = 1;
};

struct SongSpec {
  Style style = Style::rock;
  double tempo_bpm = 120.0;  // quarter notes a minute, 20 to 400
  int key = 0;               // 0 = C ... 11 = B
  int mode = 1;              // 1 major, 0 minor
  double duration_s = 30.0;  // of the music, without the silences
  int sample_rate_hz = 44100;
  int channels = 2;  // 1 to 8; the third and later ones repeat the first two
  std::optional<double> level_lufs = -14.0;

  double swing = 0.0;        // 0 to 1/3
  double tempo_drift = 0.0;  // relative change of tempo over the track, -0.5 to 0.5
  std::optional<KeyChange> key_change = std::nullopt;
  double detune_cents = 0.0;  // of everything pitched, against A4 = 440 Hz

  double silence_before_s = 0.0;  // digital silence, unless noise is on
  double silence_after_s = 0.0;
  std::optional<double> noise_dbfs =
      std::nullopt;   // RMS of white noise added over the whole length, after levelling
  bool clip = false;  // after levelling: 12 dB more gain, then hard clipping at +-1.0

  // false: the full band plays from the first bar to the last. true: intro, build, chorus, as tracks have.
  bool arranged = false;
  bool drums = true;
  bool bass = true;
  bool chords = true;
  bool melody = true;

  std::uint64_t seed = 1;
};

// Times are seconds from the first sample of the stream, silence before included.
struct SongTruth {
  double tempo_bpm = 0.0;  // at the start of the music
  double tempo_end_bpm = 0.0;
  int beats_per_bar = 4;
  int key = 0;
  int mode = 1;
  std::optional<double> key_change_s;     // the bar line at which it takes effect
  std::vector<double> beat_times_s;       // all, ascending
  std::vector<double> downbeat_times_s;   // those that begin a bar
  std::vector<double> onset_times_s;      // every moment at which something starts to sound, without repeats
  std::array<double, 12> note_seconds{};  // how long each pitch class is held, summed over all notes
};

// What makes the spec unplayable, as a sentence naming field and limits; nothing if it is fine.
[[nodiscard]] std::optional<std::string> problem_with(const SongSpec& spec);

// Interleaved samples, exactly llround(total seconds * sample_rate_hz) frames where the total is
// silence_before_s + duration_s + silence_after_s. A spec with a problem gives an empty vector.
[[nodiscard]] std::vector<float> render(const SongSpec& spec);

// Costs next to nothing: no sound is made. A spec with a problem gives an empty truth.
[[nodiscard]] SongTruth truth_of(const SongSpec& spec);

// "house", "drum-and-bass", ...
[[nodiscard]] const char* name_of(Style style);
inline constexpr std::array kStyles = {Style::house,         Style::rock,  Style::ballad,
                                       Style::drum_and_bass, Style::waltz, Style::funk};

}  // namespace hitscope::synth
