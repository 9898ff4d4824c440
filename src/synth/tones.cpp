#include "synth/tones.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "core/random.h"

namespace hitscope::synth {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr double kHighestPartial = 0.45;  // of the sample rate
constexpr double kSilent = 0.001;         // -60 dB: where a decay counts as over

std::size_t frames_in(double seconds, int sample_rate_hz) {
  return static_cast<std::size_t>(std::max(1LL, std::llround(seconds * sample_rate_hz)));
}

// ---- Struck and plucked
// ------------------------------------------------------------------------------------

struct StringPatch {
  double slope;         // partial n starts at n^-slope
  double pluck;         // where it is struck, as part of its length; 0: no comb
  double even;          // gain of even partials: a closed tube or a tine has few
  double decay_s;       // time constant of the first partial at 220 Hz ...
  double key_tracking;  // ... times (220 / f)^this
  double damping;       // partial n dies 1 + damping (n - 1) times faster
  double attack_s;
  double release_s;  // time constant after the key is let go
  double gain;
};

constexpr std::size_t kPartials = 16;

std::vector<float> play_string(const StringPatch& patch, const Tone& tone, int sample_rate_hz) {
  const double decay_s = patch.decay_s * std::pow(220.0 / tone.frequency_hz, patch.key_tracking);
  const double longest_s = -decay_s * std::log(kSilent);
  const double tail_s = -patch.release_s * std::log(kSilent);
  const std::size_t held = frames_in(std::min(tone.held_s, longest_s), sample_rate_hz);
  const std::size_t total = frames_in(std::min(tone.held_s + tail_s, longest_s), sample_rate_hz);

  // Partial n is A r^i sin(w i), which obeys y[i] = 2 r cos(w) y[i-1] - r^2 y[i-2].
  std::array<double, kPartials> c1{};
  std::array<double, kPartials> c2{};
  std::array<double, kPartials> y1{};
  std::array<double, kPartials> y2{};
  double sum = 0.0;
  const double slope = patch.slope * (1.6 - 0.8 * tone.brightness);
  for (std::size_t k = 0; k < kPartials; ++k) {
    const auto n = static_cast<double>(k + 1);
    const double turns = n * tone.frequency_hz / sample_rate_hz;
    if (turns >= kHighestPartial) break;
    double amplitude = std::pow(n, -slope);
    if (patch.pluck > 0.0) amplitude *= std::abs(std::sin(n * std::numbers::pi * patch.pluck)) + 0.05;
    if (k % 2 == 1) amplitude *= patch.even;
    const double r = std::exp(-(1.0 + patch.damping * (n - 1.0)) / (decay_s * sample_rate_hz));
    const double w = kTurn * turns;
    c1[k] = 2.0 * r * std::cos(w);
    c2[k] = r * r;
    y1[k] = 0.0;                           // y[0]
    y2[k] = -amplitude * std::sin(w) / r;  // y[-1]
    sum += amplitude;
  }
  if (sum <= 0.0) return std::vector<float>(total, 0.0F);

  std::vector<float> out(total);
  const double gain = patch.gain * tone.velocity / std::sqrt(sum);
  const double attack = 1.0 / std::max(1.0, patch.attack_s * sample_rate_hz);
  const double release = std::exp(-1.0 / (patch.release_s * sample_rate_hz));
  double envelope = 1.0;
  for (std::size_t i = 0; i < total; ++i) {
    double mixed = 0.0;
    for (std::size_t k = 0; k < kPartials; ++k) {
      mixed += y1[k];
      const double next = c1[k] * y1[k] - c2[k] * y2[k];
      y2[k] = y1[k];
      y1[k] = next;
    }
    if (i >= held) envelope *= release;
    out[i] = static_cast<float>(gain * envelope * std::min(1.0, static_cast<double>(i) * attack) * mixed);
  }
  return out;
}

// ---- Held
// --------------------------------------------------------------------------------------------------

enum class Wave { saw, square, soft };

// One cycle of each wave, once for every number of partials that is a power of two.
class WaveTable {
 public:
  static constexpr std::size_t kSize = 2048;
  static constexpr std::size_t kLevels = 9;  // 1 to 256 partials

  explicit WaveTable(Wave wave) {
    std::vector<double> cycle(kSize, 0.0);
    std::size_t done = 0;
    for (std::size_t level = 0; level < kLevels; ++level) {
      const std::size_t partials = std::size_t{1} << level;
      for (std::size_t n = done + 1; n <= partials; ++n) {
        const double amplitude = partial(wave, n);
        if (amplitude == 0.0) continue;
        for (std::size_t i = 0; i < kSize; ++i) cycle[i] += amplitude * unit_sine(n * i);
      }
      done = partials;
      levels_[level].resize(kSize + 1);
      for (std::size_t i = 0; i <= kSize; ++i) levels_[level][i] = static_cast<float>(cycle[i % kSize]);
    }
  }

  // The level with the most partials that all stay below the limit.
  [[nodiscard]] const float* level_for(double turns_per_sample) const {
    std::size_t level = 0;
    while (level + 1 < kLevels && static_cast<double>(2U << level) * turns_per_sample < kHighestPartial)
      ++level;
    return levels_[level].data();
  }

 private:
  static double unit_sine(std::size_t index) {
    static const std::vector<double> table = [] {
      std::vector<double> t(kSize);
      for (std::size_t i = 0; i < kSize; ++i) t[i] = std::sin(kTurn * static_cast<double>(i) / kSize);
      return t;
    }();
    return table[index % kSize];
  }

  static double partial(Wave wave, std::size_t n) {
    const auto x = static_cast<double>(n);
    switch (wave) {
      case Wave::saw:
        return 2.0 / std::numbers::pi / x;
      case Wave::square:
        return n % 2 == 1 ? 4.0 / std::numbers::pi / x : 0.0;
      case Wave::soft:
        return n <= 6 ? std::exp(-1.1 * (x - 1.0)) : 0.0;
    }
    return 0.0;
  }

  std::array<std::vector<float>, kLevels> levels_;
};

const WaveTable& table_of(Wave wave) {
  static const WaveTable saw(Wave::saw);
  static const WaveTable square(Wave::square);
  static const WaveTable soft(Wave::soft);
  switch (wave) {
    case Wave::saw:
      return saw;
    case Wave::square:
      return square;
    case Wave::soft:
      break;
  }
  return soft;
}

struct SynthPatch {
  Wave wave;
  int oscillators;
  double spread_cents;   // the outermost oscillators lie this far from the pitch
  double sub;            // level of a sine at the pitch itself, for weight
  double breath;         // level of noise
  double cutoff_hz;      // of the filter at rest, plus ...
  double cutoff_track;   // ... this many times the pitch
  double sweep_octaves;  // how far the envelope opens it at the start
  double sweep_s;        // time constant of closing
  double resonance;      // 0 to 1
  double attack_s;
  double decay_s;
  double sustain;
  double release_s;  // time constant
  double vibrato_cents;
  double gain;
};

std::vector<float> play_synth(const SynthPatch& patch, const Tone& tone, int sample_rate_hz,
                              std::uint64_t seed) {
  constexpr std::size_t kControlFrames = 32;  // pitch and filter move in steps of 0.7 ms
  constexpr double kVibratoHz = 5.3;
  constexpr double kMaxOscillators = 7;
  const double tail_s = -patch.release_s * std::log(kSilent);
  const std::size_t held = frames_in(tone.held_s, sample_rate_hz);
  const std::size_t total = frames_in(tone.held_s + tail_s, sample_rate_hz);
  const double rate = sample_rate_hz;
  if (tone.frequency_hz >= kHighestPartial * rate) return std::vector<float>(total, 0.0F);

  Random random(seed);
  const int count = std::min<int>(patch.oscillators, static_cast<int>(kMaxOscillators));
  std::array<std::uint32_t, 7> phase{};
  std::array<std::uint32_t, 7> step{};
  std::array<double, 7> ratio{};
  for (int k = 0; k < count; ++k) {
    const double place = count == 1 ? 0.0 : 2.0 * k / (count - 1) - 1.0;
    const auto index = static_cast<std::size_t>(k);
    ratio[index] = std::exp2(patch.spread_cents * place / 1200.0);
    phase[index] = count == 1 ? 0U : static_cast<std::uint32_t>(random.next());
  }
  std::uint32_t sub_phase = 0;
  std::uint32_t sub_step = 0;
  const double widest = tone.frequency_hz * std::exp2((patch.spread_cents + patch.vibrato_cents) / 1200.0);
  const float* table = table_of(patch.wave).level_for(widest / rate);
  const float* sine = table_of(Wave::saw).level_for(1.0);  // its first level is one partial
  const float sine_gain = static_cast<float>(patch.sub * std::numbers::pi / 2.0);
  const auto read = [](const float* cycle, std::uint32_t at) {
    const std::uint32_t index = at >> 21U;
    const float fraction = static_cast<float>(at & 0x1FFFFFU) * (1.0F / 2097152.0F);
    return cycle[index] + fraction * (cycle[index + 1] - cycle[index]);
  };

  const double open = 2.2 * (tone.brightness - 0.75);  // octaves
  const auto damping = static_cast<float>(2.0 - 1.8 * patch.resonance);
  float g = 0.0F;
  float norm = 1.0F;
  float state1 = 0.0F;
  float state2 = 0.0F;
  const float voice_gain = 1.0F / std::sqrt(static_cast<float>(count));
  const auto breath = static_cast<float>(patch.breath);

  std::vector<float> out(total);
  const double decay = std::exp(-1.0 / (patch.decay_s * rate));
  const double release = std::exp(-1.0 / (patch.release_s * rate));
  const double attack_step = 1.0 / std::max(1.0, patch.attack_s * rate);
  double envelope = 0.0;
  double excess = 1.0;  // of the decay over the sustain
  const double gain = patch.gain * tone.velocity;
  for (std::size_t i = 0; i < total; ++i) {
    if (i % kControlFrames == 0) {
      const double t = static_cast<double>(i) / rate;
      const double depth = patch.vibrato_cents * std::clamp((t - 0.25) / 0.4, 0.0, 1.0);
      const double bend = depth == 0.0 ? 1.0 : std::exp2(depth / 1200.0 * std::sin(kTurn * kVibratoHz * t));
      const double turns = tone.frequency_hz * bend / rate;
      for (int k = 0; k < count; ++k) {
        const auto index = static_cast<std::size_t>(k);
        step[index] = static_cast<std::uint32_t>(std::llround(turns * ratio[index] * 4294967296.0));
      }
      sub_step = static_cast<std::uint32_t>(std::llround(turns * 4294967296.0));
      const double octaves = open + patch.sweep_octaves * std::exp(-t / patch.sweep_s);
      const double cutoff = std::clamp(
          (patch.cutoff_hz + patch.cutoff_track * tone.frequency_hz) * std::exp2(octaves), 30.0, 0.45 * rate);
      g = static_cast<float>(std::tan(std::numbers::pi * cutoff / rate));
      norm = 1.0F / (1.0F + g * (g + damping));
    }
    float x = 0.0F;
    for (int k = 0; k < count; ++k) {
      const auto index = static_cast<std::size_t>(k);
      x += read(table, phase[index]);
      phase[index] += step[index];
    }
    x *= voice_gain;
    if (breath > 0.0F) x += breath * static_cast<float>(2.0 * random.uniform() - 1.0);
    const float band = norm * (g * (x - state2) + state1);
    const float low = state2 + g * band;
    state1 = 2.0F * band - state1;
    state2 = 2.0F * low - state2;
    if (i < held) {
      const double attack = std::min(1.0, static_cast<double>(i + 1) * attack_step);
      if (attack >= 1.0) excess *= decay;
      envelope = attack * (patch.sustain + (1.0 - patch.sustain) * excess);
    } else {
      envelope *= release;
    }
    out[i] = static_cast<float>(gain * envelope) * (low + sine_gain * read(sine, sub_phase));
    sub_phase += sub_step;
  }
  return out;
}

// ---- The patches
// -------------------------------------------------------------------------------------------

//                            slope pluck even decay track damp attack release gain
constexpr StringPatch kPiano{1.35, 0.12, 1.0, 1.6, 0.55, 0.22, 0.002, 0.12, 0.85};
constexpr StringPatch kElectricPiano{2.0, 0.0, 0.35, 1.1, 0.4, 0.8, 0.002, 0.06, 0.8};
constexpr StringPatch kCleanGuitar{0.95, 0.18, 1.0, 0.9, 0.5, 0.35, 0.001, 0.08, 0.7};
constexpr StringPatch kDrivenGuitar{0.8, 0.27, 1.0, 2.6, 0.3, 0.12, 0.001, 0.03, 0.8};
constexpr StringPatch kElectricBass{1.15, 0.22, 1.0, 0.8, 0.3, 0.5, 0.002, 0.04, 1.0};
constexpr StringPatch kPluck{1.0, 0.0, 1.0, 0.28, 0.3, 0.45, 0.001, 0.08, 0.75};

//                          wave   osc spread sub breath  cutoff track sweep  s    reso attack decay sust
//                          release vib gain
constexpr SynthPatch kSynthBass{Wave::saw, 2,    5.0,   0.8,  0.0,  120.0, 2.0, 2.6,
                                0.09,      0.35, 0.003, 0.25, 0.55, 0.03,  0.0, 0.6};
constexpr SynthPatch kSubBass{Wave::saw, 2,   11.0,  1.0, 0.0,  180.0, 2.5, 0.8,
                              0.5,       0.2, 0.006, 0.8, 0.85, 0.04,  0.0, 0.55};
constexpr SynthPatch kPad{Wave::saw, 3,   9.0,  0.0, 0.0, 900.0, 3.0, 0.0,
                          1.0,       0.1, 0.25, 1.0, 1.0, 0.25,  0.0, 0.4};
constexpr SynthPatch kStrings{Wave::saw, 3,   7.0,  0.0, 0.01, 1200.0, 3.0, 0.0,
                              1.0,       0.0, 0.12, 1.0, 1.0,  0.18,   6.0, 0.4};
constexpr SynthPatch kStab{Wave::saw, 3,    8.0,   0.0, 0.0,  400.0, 2.0, 3.2,
                           0.1,       0.25, 0.002, 0.2, 0.25, 0.06,  0.0, 0.55};
constexpr SynthPatch kLead{Wave::saw, 3,   7.0,   0.3, 0.0, 1500.0, 4.0,  1.2,
                           0.2,       0.2, 0.004, 0.3, 0.7, 0.06,   12.0, 0.5};
constexpr SynthPatch kFlute{Wave::soft, 1,   0.0,  0.0, 0.05, 800.0, 3.0,  0.4,
                            0.1,        0.0, 0.04, 0.4, 0.85, 0.06,  14.0, 0.8};
constexpr SynthPatch kReed{Wave::square, 2,   4.0,  0.0, 0.0, 900.0, 2.5, 0.5,
                           0.1,          0.1, 0.02, 0.5, 0.8, 0.05,  5.0, 0.45};

}  // namespace

bool is_wide(Instrument instrument) {
  return instrument == Instrument::pad || instrument == Instrument::strings;
}

std::vector<float> play_tone(const Tone& tone, int sample_rate_hz, std::uint64_t seed) {
  switch (tone.instrument) {
    case Instrument::piano:
      return play_string(kPiano, tone, sample_rate_hz);
    case Instrument::electric_piano:
      return play_string(kElectricPiano, tone, sample_rate_hz);
    case Instrument::clean_guitar:
      return play_string(kCleanGuitar, tone, sample_rate_hz);
    case Instrument::driven_guitar:
      return play_string(kDrivenGuitar, tone, sample_rate_hz);
    case Instrument::electric_bass:
      return play_string(kElectricBass, tone, sample_rate_hz);
    case Instrument::pluck:
      return play_string(kPluck, tone, sample_rate_hz);
    case Instrument::synth_bass:
      return play_synth(kSynthBass, tone, sample_rate_hz, seed);
    case Instrument::sub_bass:
      return play_synth(kSubBass, tone, sample_rate_hz, seed);
    case Instrument::pad:
      return play_synth(kPad, tone, sample_rate_hz, seed);
    case Instrument::strings:
      return play_synth(kStrings, tone, sample_rate_hz, seed);
    case Instrument::stab:
      return play_synth(kStab, tone, sample_rate_hz, seed);
    case Instrument::lead:
      return play_synth(kLead, tone, sample_rate_hz, seed);
    case Instrument::flute:
      return play_synth(kFlute, tone, sample_rate_hz, seed);
    case Instrument::reed:
      break;
  }
  return play_synth(kReed, tone, sample_rate_hz, seed);
}

}  // namespace hitscope::synth
