// The composer: form, grooves, accompaniment and melody. One member function a style writes one bar.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <utility>

#include "core/random.h"
#include "synth/harmony.h"
#include "synth/score.h"

namespace hitscope::synth {
namespace {

// Which players are heard in a section, and how its energy (0 to 1: loudness, brightness) develops.
struct Section {
  double until = 1.0;  // as part of the song
  bool kick = true;
  bool snare = true;
  bool hats = true;
  bool bass = true;
  bool chords = true;
  bool pad = true;
  bool melody = true;
  double energy_from = 0.85;
  double energy_to = 0.85;
  bool builds = false;   // a riser and a snare roll lead out of it
  bool restarts = true;  // its chords begin anew
};

using Form = std::vector<Section>;

Form form_of(const SongSpec& spec) {
  if (!spec.arranged) return {Section{}};
  //       until    kick   snare  hats   bass   chords pad    melody from  to    builds restarts
  switch (spec.style) {
    case Style::house:
      return {{4 / 16., true, false, true, false, false, true, false, 0.15, 0.5, false},
              {8 / 16., true, false, true, true, true, true, false, 0.3, 0.8, true},
              {1.0, true, true, true, true, true, true, true, 1.0, 1.0, false}};
    case Style::rock:
      return {{2 / 18., false, false, true, false, true, false, false, 0.5, 0.5, false},
              {10 / 18., true, true, true, true, true, false, false, 0.6, 0.7, false},
              {1.0, true, true, true, true, true, true, true, 1.0, 1.0, false}};
    case Style::ballad:
      return {{2 / 9., false, false, false, false, true, false, false, 0.35, 0.4, false, false},
              {4 / 9., false, false, false, true, true, true, false, 0.45, 0.55, false, false},
              {1.0, false, false, false, true, true, true, true, 0.6, 0.85, false, false}};
    case Style::drum_and_bass:
      return {{4 / 22., false, false, true, false, true, true, false, 0.2, 0.5, false},
              {8 / 22., true, false, true, false, true, true, true, 0.2, 0.7, true},
              {16 / 22., true, true, true, true, true, true, true, 1.0, 1.0, false},
              {18 / 22., false, false, false, false, true, true, true, 0.1, 0.4, true},
              {1.0, true, true, true, true, true, true, true, 1.0, 1.0, false}};
    case Style::waltz:
    case Style::funk:
      break;
  }
  return {{0.2, false, false, true, true, true, false, false, 0.5, 0.5, false},
          {0.55, true, true, true, true, true, false, true, 0.7, 0.7, false},
          {1.0, true, true, true, true, true, true, true, 0.9, 1.0, false}};
}

// A two-bar rhythm of the melody: where notes start and how long they last, in beats.
struct Beat {
  double start;
  double length;
};
using Rhythm = std::vector<Beat>;

// The call and its answer.
std::pair<Rhythm, Rhythm> rhythms_of(Style style) {
  switch (style) {
    case Style::house:
      return {
          {{0, .7}, {.75, .7}, {1.5, .45}, {2, .7}, {2.75, .7}, {3.5, .45}, {4, .7}, {4.75, .7}, {5.5, 1.2}},
          {{0, .7}, {.75, .7}, {1.5, .45}, {2, .7}, {2.75, .7}, {3.5, .45}, {4, 1.4}, {5.5, 1.8}}};
    case Style::rock:
      return {{{0, 1}, {1, .5}, {1.5, 1}, {2.5, .5}, {3, 1}, {4, 1.5}, {5.5, .5}, {6, 1.5}},
              {{0, 1}, {1, .5}, {1.5, 1}, {2.5, .5}, {3, .5}, {3.5, .5}, {4, 3}}};
    case Style::ballad:
      return {{{0, 1.5}, {1.5, .5}, {2, 1}, {3, 1}, {4, 2}, {6, 1}, {7, 1}},
              {{0, 1.5}, {1.5, .5}, {2, 2}, {4, 3.5}}};
    case Style::drum_and_bass:
      return {{{0, 2}, {2, 1}, {3, 1}, {4, 2}, {6, 1}, {7, .5}, {7.5, .5}},
              {{0, 2}, {2, 1}, {3, 1}, {4, 3.5}}};
    case Style::waltz:
      return {{{0, 2}, {2, 1}, {3, 1}, {4, 1}, {5, 1}}, {{0, 1}, {1, 1}, {2, 1}, {3, 3}}};
    case Style::funk:
      break;
  }
  return {
      {{.5, .25}, {.75, .5}, {1.5, .25}, {2, .5}, {4.5, .25}, {4.75, .5}, {5.5, .25}, {6, .25}, {6.25, .75}},
      {{.5, .25}, {.75, .5}, {1.5, .25}, {2, .5}, {3.5, .25}, {4, 1.5}}};
}

Instrument melody_instrument(Style style) {
  switch (style) {
    case Style::ballad:
      return Instrument::flute;
    case Style::waltz:
      return Instrument::reed;
    case Style::house:
    case Style::rock:
    case Style::drum_and_bass:
    case Style::funk:
      break;
  }
  return Instrument::lead;
}

enum class Player { drums, bass, chords, melody };

struct Bar {
  int index = 0;
  double beat = 0.0;
  Key key;
  Chord chord;
  Section section;
  double energy = 0.85;
  bool opens_section = false;
  bool closes_section = false;
  bool final = false;  // of an arranged song: everyone lands on the tonic and lets it ring
};

class Composer {
 public:
  Composer(const SongSpec& spec, const Timeline& timeline)
      : spec_(spec), timeline_(timeline), random_(spec.seed) {
    score_.beats_per_bar = spec.style == Style::waltz ? 3 : 4;
    score_.end_beat = timeline.beats_at(spec.duration_s);
    Random melodic = random_.fork(1);
    const auto rhythms = rhythms_of(spec.style);
    call_ = motif(rhythms.first, melodic);
    answer_ = motif(rhythms.second, melodic);
  }

  Score compose() {
    bars_ = bars();
    for (const Bar& bar : bars_) {
      bar_ = bar;
      if (bar.final) {
        ending();
        continue;
      }
      switch (spec_.style) {
        case Style::house:
          house();
          break;
        case Style::rock:
          rock();
          break;
        case Style::ballad:
          ballad();
          break;
        case Style::drum_and_bass:
          drum_and_bass();
          break;
        case Style::waltz:
          waltz();
          break;
        case Style::funk:
          funk();
          break;
      }
      if (bar_.section.melody && bar_.index % 2 == 0) melody();
      if (bar_.section.builds) build_up();
    }
    return std::move(score_);
  }

 private:
  // ---- Form
  // ------------------------------------------------------------------------------------------------

  std::vector<Bar> bars() {
    const Form form = form_of(spec_);
    const std::span<const Chord> chords = progression(spec_.style, spec_.mode);
    // A rounding error must not add a bar of nothing at the end.
    const int count = std::max(1, static_cast<int>(std::ceil(score_.end_beat / score_.beats_per_bar - 1e-6)));
    std::vector<Bar> bars;
    Key key{spec_.key, spec_.mode};
    std::span<const Chord> now = chords;
    int origin = 0;  // the bar at which the progression last began
    std::size_t section = 0;
    int section_start = 0;
    for (int i = 0; i < count; ++i) {
      Bar bar;
      bar.index = i;
      bar.beat = static_cast<double>(i) * score_.beats_per_bar;
      const auto section_end = [&] { return static_cast<int>(std::lround(form[section].until * count)); };
      while (section + 1 < form.size() && i >= section_end()) {
        ++section;
        section_start = i;
      }
      bar.opens_section = i == section_start;
      bar.closes_section = i + 1 == section_end() && i + 1 < count;
      bar.section = form[section];
      const int length = std::max(1, section_end() - section_start);
      const double progress = length == 1 ? 1.0 : static_cast<double>(i - section_start) / (length - 1);
      bar.energy = bar.section.energy_from + progress * (bar.section.energy_to - bar.section.energy_from);
      if (bar.opens_section && bar.section.restarts) origin = i;
      if (spec_.key_change && !score_.key_change_beat &&
          timeline_.seconds_at(bar.beat) >= spec_.key_change->at_s - 1e-9) {
        key = {spec_.key_change->key, spec_.key_change->mode};
        now = progression(spec_.style, key.mode);
        origin = i;
        score_.key_change_beat = bar.beat;
      }
      bar.key = key;
      bar.chord = now[static_cast<std::size_t>(i - origin) % now.size()];
      bar.final = spec_.arranged && i + 1 == count && count > 4;
      bars.push_back(bar);
    }
    if (bars.back().final) bars.back().chord = Chord{};
    return bars;
  }

  // ---- Writing
  // ---------------------------------------------------------------------------------------------

  [[nodiscard]] bool plays(Player player) const {
    switch (player) {
      case Player::drums:
        return spec_.drums;
      case Player::bass:
        return spec_.bass;
      case Player::chords:
        return spec_.chords;
      case Player::melody:
        break;
    }
    return spec_.melody;
  }

  void note(Player player, Instrument instrument, double at, double length, int midi, double velocity) {
    const double start = timeline_.swung(bar_.beat + at);
    if (!plays(player) || start >= score_.end_beat - 1e-9) return;
    const double loudness = velocity * (0.5 + 0.5 * bar_.energy);
    score_.notes.push_back(
        {instrument, start, timeline_.swung(bar_.beat + at + length), midi, loudness, bar_.energy});
  }

  void strum(Instrument instrument, double at, double length, std::span<const int> notes, double velocity) {
    for (const int midi : notes) note(Player::chords, instrument, at, length, midi, velocity);
  }

  void hit(Drum drum, double at, double velocity, double length = 0.0) {
    const double start = timeline_.swung(bar_.beat + at);
    if (!spec_.drums || start >= score_.end_beat - 1e-9) return;
    score_.hits.push_back({drum, start, velocity * (0.5 + 0.5 * bar_.energy), length});
  }

  void hits(Drum drum, std::initializer_list<double> places, double velocity) {
    for (const double at : places) hit(drum, at, velocity);
  }

  // Hits on a regular grid; every second one softer.
  void pulse(Drum drum, double every, double velocity, double weak, double from = 0.0) {
    int k = 0;
    for (double at = from; at < score_.beats_per_bar - 1e-9; at += every) {
      hit(drum, at, k++ % 2 == 0 ? velocity : velocity * weak);
    }
  }

  [[nodiscard]] int root() const { return pitch_classes(bar_.chord, bar_.key)[0]; }
  [[nodiscard]] int fifth() const { return pitch_classes(bar_.chord, bar_.key)[2]; }

  // ---- Melody
  // ----------------------------------------------------------------------------------------------

  struct Motif {
    Rhythm rhythm;
    int first_step = 0;
    std::vector<int> moves;  // in steps of the scale, from one note to the next
  };

  static Motif motif(const Rhythm& rhythm, Random& random) {
    constexpr std::array kMoves = {-3, -2, -1, -1, -1, 0, 1, 1, 1, 2};
    constexpr std::array kFirst = {2, 4, 7};
    Motif m{rhythm, kFirst[random.below(kFirst.size())], {}};
    for (std::size_t i = 0; i < rhythm.size(); ++i) m.moves.push_back(kMoves[random.below(kMoves.size())]);
    return m;
  }

  // The next note of a line. Strong notes go on, in the direction of the move, to a note of the chord; a line
  // that would leave its range turns back.
  static int moved(int step, int move, bool strong, const Chord& chord) {
    constexpr int kLowest = 0;
    constexpr int kHighest = 9;
    if (step + move > kHighest || step + move < kLowest) move = -move;
    int next = step + move;
    if (!strong) return next;
    if (move == 0) return nearest_chord_step(next, chord);
    while (!is_chord_step(next, chord)) next += move > 0 ? 1 : -1;
    return next;
  }

  // Two bars: the call, or the answer that closes on a note of the chord, on the tonic where the chord has
  // it.
  void melody() {
    const bool call = bar_.index % 4 == 0;
    const Motif& m = call ? call_ : answer_;
    const Bar& following = bars_[std::min(bars_.size() - 1, static_cast<std::size_t>(bar_.index) + 1)];
    int step = m.first_step;
    for (std::size_t i = 0; i < m.rhythm.size(); ++i) {
      const Beat& beat = m.rhythm[i];
      const bool later = beat.start >= score_.beats_per_bar;
      if (later && (following.final || !following.section.melody)) return;
      const Key& key = later ? following.key : bar_.key;
      const Chord& chord = later ? following.chord : bar_.chord;
      const bool strong = beat.length >= 0.7 || beat.start == std::floor(beat.start);
      if (i == 0) {
        step = nearest_chord_step(step, chord);
      } else {
        step = moved(step, m.moves[i], strong, chord);
      }
      if (!call && i + 1 == m.rhythm.size()) {
        const int tonic = step >= 4 ? 7 : 0;
        if (is_chord_step(tonic, chord)) step = tonic;
      }
      const int midi = note_from(key.tonic, 64) + semitones_of_step(step, key, chord);
      const double velocity = strong ? 0.9 : 0.7;
      note(Player::melody, melody_instrument(spec_.style), beat.start, beat.length * 0.92, midi, velocity);
      if (spec_.style == Style::house || spec_.style == Style::drum_and_bass) {
        note(Player::melody, Instrument::pluck, beat.start, beat.length * 0.92, midi + 12, 0.5 * velocity);
      }
    }
  }

  // Chord tones up and down, `every` beats; those between the beats by the factor `weak` softer.
  void arpeggio(Instrument instrument, double every, int centre, double velocity, double weak = 0.6) {
    constexpr std::array kOrder = {0, 1, 2, 3, 2, 1, 3, 2};
    std::vector<int> notes = voicing(bar_.chord, bar_.key, centre);
    std::sort(notes.begin(), notes.end());
    notes.push_back(notes.front() + 12);
    std::size_t k = 0;
    for (double at = 0.0; at < score_.beats_per_bar - 1e-9; at += every) {
      const auto which =
          std::min<std::size_t>(static_cast<std::size_t>(kOrder[k++ % kOrder.size()]), notes.size() - 1);
      const bool on_beat = at == std::floor(at);
      note(Player::chords, instrument, at, every * 1.6, notes[which], on_beat ? velocity : weak * velocity);
    }
  }

  // ---- Shared moments
  // --------------------------------------------------------------------------------------

  // The last bars of a build: a snare roll that gets denser and louder; noise rises over the whole of it.
  void build_up() {
    if (bar_.opens_section) {
      const double bars = 1.0 + bars_to_section_end();
      hit(Drum::riser, 0.0, 0.8, bars * score_.beats_per_bar);
    }
    const int left = bars_to_section_end();
    if (left > 1) return;
    const double every = left == 1 ? 0.5 : 0.25;
    int k = 0;
    for (double at = 0.0; at < score_.beats_per_bar - 1e-9; at += every, ++k) {
      hit(Drum::snare, at, 0.25 + 0.05 * (left == 1 ? k * 0.5 : 4 + k * 0.4));
    }
  }

  [[nodiscard]] int bars_to_section_end() const {
    const double bars = std::ceil(score_.end_beat / score_.beats_per_bar - 1e-6);
    return static_cast<int>(std::lround(bar_.section.until * bars)) - bar_.index - 1;
  }

  void ending() {
    const double length = score_.beats_per_bar;
    const int tonic = bar_.key.tonic;
    const std::vector<int> chord = voicing(Chord{}, bar_.key, 62);
    bar_.energy = std::min(bar_.energy, 0.8);
    switch (spec_.style) {
      case Style::house:
        strum(Instrument::pad, 0.0, length, chord, 0.8);
        strum(Instrument::stab, 0.0, 1.0, chord, 0.8);
        note(Player::bass, Instrument::synth_bass, 0.0, 1.5, note_from(tonic, 33), 0.9);
        break;
      case Style::rock:
        strum(Instrument::driven_guitar, 0.0, length,
              std::array{note_from(tonic, 40), note_from(tonic, 40) + 7}, 0.9);
        strum(Instrument::clean_guitar, 0.0, length, chord, 0.7);
        note(Player::bass, Instrument::electric_bass, 0.0, length, note_from(tonic, 28), 0.9);
        break;
      case Style::drum_and_bass:
        strum(Instrument::pad, 0.0, length, chord, 0.9);
        note(Player::bass, Instrument::sub_bass, 0.0, length, note_from(tonic, 29), 0.9);
        break;
      case Style::ballad:
      case Style::waltz:
      case Style::funk:
        strum(spec_.style == Style::funk ? Instrument::electric_piano : Instrument::piano, 0.0, length, chord,
              0.7);
        if (spec_.style != Style::funk) strum(Instrument::strings, 0.0, length, chord, 0.6);
        note(Player::bass, spec_.style == Style::ballad ? Instrument::piano : Instrument::electric_bass, 0.0,
             length, note_from(tonic, 28), 0.8);
        break;
    }
    note(Player::melody, melody_instrument(spec_.style), 0.0, length * 0.7, note_from(tonic, 64) + 12, 0.7);
    if (spec_.style != Style::ballad) {
      hit(Drum::kick, 0.0, 1.0);
      hit(Drum::crash, 0.0, 0.8);
    }
  }

  // ---- The styles
  // ------------------------------------------------------------------------------------------

  void house() {
    const Section& s = bar_.section;
    // A moment without the kick makes the drop.
    if (s.kick && !(s.builds && bar_.closes_section)) hits(Drum::kick, {0, 1, 2, 3}, 1.0);
    if (s.snare) hits(Drum::clap, {1, 3}, 0.75);
    if (s.hats) {
      pulse(Drum::closed_hat, 0.25, 0.3, 0.55);
      hits(Drum::open_hat, {0.5, 1.5, 2.5, 3.5}, 0.5);
    }
    if (s.snare && bar_.opens_section) hit(Drum::crash, 0.0, 0.8);
    if (s.snare && bar_.index % 4 == 3) hit(Drum::clap, 3.75, 0.4);
    const std::vector<int> chord = voicing(bar_.chord, bar_.key, 62);
    if (s.pad) strum(Instrument::pad, 0.0, 4.0, chord, 0.7);
    if (s.chords) {
      for (const double at : {0.0, 0.75, 1.5, 2.5, 3.25}) strum(Instrument::stab, at, 0.3, chord, 0.75);
    }
    if (s.bass) {
      const int low = note_from(root(), 33);
      for (const double at : {0.5, 1.5, 2.5, 3.5})
        note(Player::bass, Instrument::synth_bass, at, 0.4, low, 0.95);
      for (const double at : {0.75, 2.75}) note(Player::bass, Instrument::synth_bass, at, 0.2, low + 12, 0.7);
    }
    if (s.melody && spec_.arranged) arpeggio(Instrument::pluck, 0.25, 74, 0.35);
  }

  void rock() {
    const Section& s = bar_.section;
    const bool chorus = s.melody;
    const bool fill = bar_.closes_section || bar_.index % 8 == 7;
    if (s.kick) hits(Drum::kick, {0, 2, 2.5}, 1.0);
    if (s.kick && bar_.index % 2 == 1) hit(Drum::kick, 1.5, 0.8);
    if (s.snare) hits(Drum::snare, {1, 3}, 0.9);
    if (s.snare && fill) {
      hits(Drum::snare, {3.25, 3.5}, 0.6);
      hits(Drum::tom, {3.5, 3.75}, 0.8);
    }
    if (s.hats) pulse(chorus ? Drum::ride : Drum::closed_hat, 0.5, 0.55, 0.6);
    if (chorus && (bar_.opens_section || bar_.index % 4 == 0)) hit(Drum::crash, 0.0, 0.7);
    const int low = note_from(root(), 40);
    const std::array power = {low, low + (note_from(fifth(), low) - low), low + 12};
    if (s.chords) {
      if (chorus) {
        strum(Instrument::driven_guitar, 0.0, 1.45, power, 0.9);
        strum(Instrument::driven_guitar, 1.5, 0.95, power, 0.8);
        strum(Instrument::driven_guitar, 2.5, 1.45, power, 0.85);
      } else {
        for (int k = 0; k < 8; ++k)
          strum(Instrument::driven_guitar, 0.5 * k, 0.22, power, k % 4 == 0 ? 0.75 : 0.6);
      }
      arpeggio(Instrument::clean_guitar, 0.5, 64, 0.65);
    }
    if (s.pad && spec_.arranged) strum(Instrument::strings, 0.0, 4.0, voicing(bar_.chord, bar_.key, 67), 0.4);
    if (s.bass) {
      for (int k = 0; k < 8; ++k) {
        note(Player::bass, Instrument::electric_bass, 0.5 * k, 0.45, note_from(root(), 28),
             k % 2 == 0 ? 0.95 : 0.8);
      }
    }
  }

  void ballad() {
    const Section& s = bar_.section;
    if (s.chords) {
      const int low = note_from(root(), 40);
      note(Player::chords, Instrument::piano, 0.0, 2.0, low, 0.75);
      note(Player::chords, Instrument::piano, 1.0, 1.0, low + 12, 0.5);
      note(Player::chords, Instrument::piano, 2.0, 2.0, note_from(fifth(), 43), 0.65);
      note(Player::chords, Instrument::piano, 3.0, 1.0, low + 12, 0.5);
      arpeggio(Instrument::piano, 0.5, 62, 0.65, 0.4);
    }
    if (s.pad) strum(Instrument::strings, 0.0, 4.0, voicing(bar_.chord, bar_.key, 60), 0.55);
    if (s.bass) note(Player::bass, Instrument::electric_bass, 0.0, 3.9, note_from(root(), 28), 0.7);
  }

  void drum_and_bass() {
    const Section& s = bar_.section;
    const bool full = s.kick && s.snare;
    if (full) {
      hits(Drum::kick, {0, 2.5}, 1.0);
      hits(Drum::snare, {1, 3}, 0.95);
      hits(Drum::snare, {1.75, 2.25}, 0.22);
      if (bar_.index % 4 == 3) hits(Drum::snare, {3.5, 3.75}, 0.4);
      if (bar_.index % 4 == 1) hit(Drum::kick, 3.5, 0.7);
      pulse(Drum::ride, 0.5, 0.5, 0.4);
    } else if (s.kick && !(s.builds && bar_.closes_section)) {
      hits(Drum::kick, {0, 2}, 0.8);
    }
    if (s.hats) pulse(full ? Drum::closed_hat : Drum::shaker, 0.25, 0.4, 0.5);
    if (full && bar_.opens_section) hit(Drum::crash, 0.0, 0.9);
    if (s.pad) strum(Instrument::pad, 0.0, 4.0, voicing(bar_.chord, bar_.key, 60), 0.7);
    if (s.chords) arpeggio(Instrument::pluck, 0.5, 69, 0.5);
    if (s.bass) {
      const int low = note_from(root(), 29);
      note(Player::bass, Instrument::sub_bass, 0.0, 1.9, low, 0.95);
      note(Player::bass, Instrument::sub_bass, 2.0, 0.45, low, 0.85);
      note(Player::bass, Instrument::sub_bass, 2.5, 0.45, low + 12, 0.8);
      note(Player::bass, Instrument::sub_bass, 3.0, 0.9, low, 0.9);
    }
  }

  void waltz() {
    const Section& s = bar_.section;
    if (s.kick) hit(Drum::kick, 0.0, 0.8);
    if (s.snare) hits(Drum::rim, {1, 2}, 0.4);
    if (s.hats) {
      hits(Drum::closed_hat, {1, 2}, 0.4);
      hit(Drum::closed_hat, 2.5, 0.2);
    }
    const std::vector<int> chord = voicing(bar_.chord, bar_.key, 60);
    if (s.chords) {
      strum(Instrument::piano, 1.0, 0.6, chord, 0.6);
      strum(Instrument::piano, 2.0, 0.6, chord, 0.55);
    }
    if (s.pad) strum(Instrument::strings, 0.0, 3.0, chord, 0.4);
    if (s.bass) {
      const int low = note_from(bar_.index % 2 == 1 && bar_.chord.degree == 0 ? fifth() : root(), 31);
      note(Player::bass, Instrument::electric_bass, 0.0, 0.95, low, 0.9);
    }
  }

  void funk() {
    const Section& s = bar_.section;
    const bool odd = bar_.index % 2 == 1;
    if (s.kick) {
      hits(Drum::kick, {0, 2}, 1.0);
      hit(Drum::kick, odd ? 0.75 : 2.75, 0.7);
    }
    if (s.snare) {
      hits(Drum::snare, {1, 3}, 0.9);
      hits(Drum::snare, {1.75, 2.25}, 0.2);
      if (odd) hit(Drum::snare, 3.75, 0.3);
    }
    if (s.hats) {
      pulse(Drum::closed_hat, 0.25, 0.5, 0.5);
      hit(Drum::open_hat, 3.5, 0.4);
    }
    const std::vector<int> chord = voicing(bar_.chord, bar_.key, 62);
    if (s.chords) {
      strum(Instrument::electric_piano, 0.0, 0.4, chord, 0.6);
      for (const double at : {1.5, 1.75, 3.5}) strum(Instrument::electric_piano, at, 0.22, chord, 0.7);
      for (const double at : {1.0, 2.25, 2.5, 3.0}) strum(Instrument::clean_guitar, at, 0.1, chord, 0.5);
    }
    if (s.pad) strum(Instrument::strings, 0.0, 4.0, voicing(bar_.chord, bar_.key, 67), 0.25);
    if (s.bass) {
      const int low = note_from(root(), 28);
      const int five = note_from(fifth(), 28);
      const auto play = [&](double at, double length, int midi, double velocity) {
        note(Player::bass, Instrument::electric_bass, at, length, midi, velocity);
      };
      play(0.0, 0.6, low, 1.0);
      play(0.75, 0.2, low, 0.7);
      play(1.0, 0.2, low + 12, 0.85);
      play(2.0, 0.4, low, 0.95);
      play(2.75, 0.2, five, 0.7);
      play(3.0, 0.2, low + 12, 0.85);
      play(3.5, 0.25, five, 0.75);
    }
  }

  const SongSpec& spec_;
  const Timeline& timeline_;
  Random random_;
  Score score_;
  std::vector<Bar> bars_;
  Bar bar_;  // the one being written
  Motif call_;
  Motif answer_;
};

}  // namespace

Score compose(const SongSpec& spec, const Timeline& timeline) {
  return Composer(spec, timeline).compose();
}

}  // namespace hitscope::synth
