// Stereo buses and what is done to them: reverberation, echo, ducking, overdrive and limiting. Levels are
// linear gains, times seconds; nothing here is delayed except what is meant to be.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hitscope::synth {

struct Stereo {
  std::vector<float> left;
  std::vector<float> right;

  explicit Stereo(std::size_t frames) : left(frames, 0.0F), right(frames, 0.0F) {}
  [[nodiscard]] std::size_t frames() const { return left.size(); }
  void add(const Stereo& other, double gain);
  // Adds a mono sound from frame `at` on; what would lie past the end is dropped. Constant power panning,
  // -1 left to 1 right.
  void add_mono(std::span<const float> sound, std::size_t at, double gain, double pan);
};

// A feedback delay network of eight lines (Jot and Chaigne 1991) with a Hadamard mixing matrix; only the
// reverberation, without the dry sound. `decay_s` is the time to -60 dB.
[[nodiscard]] Stereo reverberate(const Stereo& dry, double decay_s, int sample_rate_hz);

// Repeats that alternate between left and right and lose treble each time; without the dry sound.
[[nodiscard]] Stereo echo(const Stereo& dry, double delay_s, double feedback, int sample_rate_hz);

// Side-chain compression as in dance music: at each start the gain falls by `depth` (0 to 1) within 5 ms and
// recovers over `recovery_s`.
void duck(Stereo& bus, std::span<const std::size_t> starts, double depth, double recovery_s,
          int sample_rate_hz);

// An amplifier driven into tanh saturation, then a speaker that passes 90 Hz to 4.5 kHz.
void overdrive(Stereo& bus, double gain, int sample_rate_hz);

// Interleaved frames of `channels`, made not to exceed `ceiling`: the gain is lowered 5 ms ahead of each peak
// and recovers over 100 ms, the same for all channels. Zero stays zero; nothing is delayed.
void limit(std::span<float> interleaved, int channels, double ceiling, int sample_rate_hz);

}  // namespace hitscope::synth
