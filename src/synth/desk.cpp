#include "synth/desk.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "synth/drums.h"
#include "synth/signals.h"
#include "synth/tones.h"

namespace hitscope::synth {
namespace {

enum class Bus { drums, bass, chords, guitar, pad, lead };
constexpr std::size_t kBuses = 6;

struct Channel {
  Bus bus;
  double gain;
  double spread;  // how far apart the notes of a chord are panned
};

Channel channel_of(Instrument instrument) {
  switch (instrument) {
    case Instrument::piano:
      return {Bus::chords, 0.30, 0.3};
    case Instrument::electric_piano:
      return {Bus::chords, 0.30, 0.4};
    case Instrument::clean_guitar:
      return {Bus::chords, 0.36, 0.6};
    case Instrument::driven_guitar:
      return {Bus::guitar, 0.30, 0.0};
    case Instrument::electric_bass:
    case Instrument::synth_bass:
      return {Bus::bass, 0.34, 0.0};
    case Instrument::sub_bass:
      return {Bus::bass, 0.32, 0.0};
    case Instrument::pad:
      return {Bus::pad, 0.46, 0.0};
    case Instrument::strings:
      return {Bus::pad, 0.36, 0.0};
    case Instrument::stab:
      return {Bus::chords, 0.42, 0.3};
    case Instrument::pluck:
      return {Bus::lead, 0.50, 0.5};
    case Instrument::lead:
      return {Bus::lead, 0.50, 0.0};
    case Instrument::flute:
      return {Bus::lead, 0.20, 0.0};
    case Instrument::reed:
      break;
  }
  return {Bus::lead, 0.22, 0.0};
}

struct DrumChannel {
  double gain;
  double pan;
};

DrumChannel drum_channel_of(Drum drum) {
  switch (drum) {
    case Drum::kick:
      return {0.62, 0.0};
    case Drum::snare:
      return {0.50, 0.0};
    case Drum::clap:
      return {0.45, 0.0};
    case Drum::closed_hat:
    case Drum::open_hat:
      return {0.22, 0.3};
    case Drum::ride:
      return {0.20, -0.35};
    case Drum::crash:
      return {0.30, -0.2};
    case Drum::rim:
      return {0.40, -0.2};
    case Drum::tom:
      return {0.50, -0.3};
    case Drum::shaker:
      return {0.30, 0.4};
    case Drum::riser:
      break;
  }
  return {0.28, 0.0};
}

// Plays a score into stereo: the music alone, from its first sample to its last.
class Desk {
 public:
  Desk(const SongSpec& spec, const Timeline& timeline, const Score& score)
      : spec_(spec),
        timeline_(timeline),
        score_(score),
        frames_(static_cast<std::size_t>(std::llround((spec.silence_before_s + spec.duration_s) * rate())) -
                offset()) {}

  Stereo play() {
    buses_.assign(kBuses, Stereo(0));
    play_notes();
    play_hits();
    return mix();
  }

 private:
  [[nodiscard]] double rate() const { return spec_.sample_rate_hz; }
  [[nodiscard]] std::size_t offset() const {
    return static_cast<std::size_t>(std::llround(spec_.silence_before_s * rate()));
  }
  // The frame of a beat in the stream, counted from the music's first frame.
  [[nodiscard]] std::size_t frame_at(double beat) const {
    const double seconds = spec_.silence_before_s + timeline_.seconds_at(beat);
    return static_cast<std::size_t>(std::llround(seconds * rate())) - offset();
  }

  Stereo& bus(Bus which) {
    Stereo& b = buses_[static_cast<std::size_t>(which)];
    if (b.frames() == 0) b = Stereo(frames_);
    return b;
  }

  void play_notes() {
    // Equal notes sound equal, so each distinct one is made once and then placed wherever it occurs.
    using Sound = std::tuple<Instrument, int, long, int, int>;
    std::map<Sound, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < score_.notes.size(); ++i) {
      const Note& n = score_.notes[i];
      const double held_s = timeline_.seconds_at(n.end_beat) - timeline_.seconds_at(n.start_beat);
      places[{n.instrument, n.midi, std::lround(held_s * 1000.0),
              static_cast<int>(std::lround(n.velocity * 127.0)),
              static_cast<int>(std::lround(n.brightness * 16.0))}]
          .push_back(i);
    }
    for (const auto& [sound, notes] : places) {
      const auto& [instrument, midi, held_ms, velocity, brightness] = sound;
      const Tone tone{instrument, frequency_of_note(midi + spec_.detune_cents / 100.0),
                      static_cast<double>(held_ms) / 1000.0, velocity / 127.0, brightness / 16.0};
      const Channel channel = channel_of(instrument);
      const double place = ((midi * 5) % 7 - 3) / 3.0 * channel.spread;
      const std::uint64_t seed = spec_.seed * 1000 + static_cast<std::uint64_t>(midi);
      const std::vector<float> left = play_tone(tone, spec_.sample_rate_hz, seed);
      const bool wide = is_wide(instrument);
      const std::vector<float> right =
          wide ? play_tone(tone, spec_.sample_rate_hz, ~seed) : std::vector<float>();
      Stereo& target = bus(channel.bus);
      for (const std::size_t i : notes) {
        const std::size_t at = frame_at(score_.notes[i].start_beat);
        target.add_mono(left, at, channel.gain * (wide ? 0.7 : 1.0), wide ? -0.8 : place);
        if (wide) target.add_mono(right, at, channel.gain * 0.7, 0.8);
      }
    }
  }

  void play_hits() {
    std::map<std::pair<Drum, long>, std::vector<float>> kit;
    for (const Hit& h : score_.hits) {
      const double length_s =
          timeline_.seconds_at(h.start_beat + h.length_beats) - timeline_.seconds_at(h.start_beat);
      std::vector<float>& sound = kit[{h.drum, std::lround(length_s * 1000.0)}];
      if (sound.empty()) sound = play_drum(h.drum, length_s, spec_.sample_rate_hz, spec_.seed);
      const DrumChannel channel = drum_channel_of(h.drum);
      const std::size_t at = frame_at(h.start_beat);
      bus(Bus::drums).add_mono(sound, at, channel.gain * h.velocity, channel.pan);
      if (h.drum == Drum::kick) kicks_.push_back(at);
    }
    std::sort(kicks_.begin(), kicks_.end());
  }

  void pump(Bus which, double depth, double recovery_s) {
    Stereo& b = buses_[static_cast<std::size_t>(which)];
    if (b.frames() > 0) duck(b, kicks_, depth, recovery_s, spec_.sample_rate_hz);
  }

  Stereo mix() {
    constexpr double kReverbSend[kBuses] = {0.05, 0.0, 0.18, 0.08, 0.3, 0.28};
    Stereo& guitar = buses_[static_cast<std::size_t>(Bus::guitar)];
    if (guitar.frames() > 0) {
      overdrive(guitar, 5.0, spec_.sample_rate_hz);
      Stereo quiet(frames_);
      quiet.add(guitar, 0.22);
      guitar = std::move(quiet);
    }
    if (spec_.style == Style::house) {
      pump(Bus::pad, 0.75, 0.32);
      pump(Bus::chords, 0.4, 0.25);
      pump(Bus::bass, 0.4, 0.2);
      pump(Bus::lead, 0.2, 0.2);
    } else if (spec_.style == Style::drum_and_bass) {
      pump(Bus::pad, 0.4, 0.25);
      pump(Bus::bass, 0.5, 0.12);
    }
    Stereo& lead = buses_[static_cast<std::size_t>(Bus::lead)];
    if (lead.frames() > 0) {
      const double dotted_eighth_s = 0.75 * 60.0 / spec_.tempo_bpm;
      lead.add(echo(lead, dotted_eighth_s, 0.4, spec_.sample_rate_hz), 0.55);
    }
    Stereo out(frames_);
    Stereo send(frames_);
    for (std::size_t b = 0; b < kBuses; ++b) {
      if (buses_[b].frames() == 0) continue;
      out.add(buses_[b], 1.0);
      if (kReverbSend[b] > 0.0) send.add(buses_[b], kReverbSend[b]);
      buses_[b] = Stereo(0);
    }
    const double decay_s = spec_.style == Style::ballad || spec_.style == Style::waltz ? 2.2 : 1.3;
    out.add(reverberate(send, decay_s, spec_.sample_rate_hz), 0.6);
    fade_out(out);
    return out;
  }

  void fade_out(Stereo& out) const {
    const auto length = std::min(frames_, static_cast<std::size_t>(0.01 * rate()));
    for (std::size_t i = 0; i < length; ++i) {
      const float gain = static_cast<float>(i) / static_cast<float>(length);
      out.left[frames_ - 1 - i] *= gain;
      out.right[frames_ - 1 - i] *= gain;
    }
  }

  const SongSpec& spec_;
  const Timeline& timeline_;
  const Score& score_;
  std::size_t frames_;
  std::vector<Stereo> buses_;
  std::vector<std::size_t> kicks_;
};

}  // namespace

Stereo perform(const SongSpec& spec, const Timeline& timeline, const Score& score) {
  return Desk(spec, timeline, score).play();
}

}  // namespace hitscope::synth
