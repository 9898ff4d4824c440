#include "synth/mix.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <numbers>

namespace hitscope::synth {
namespace {

// One-pole low-pass; 1 - coefficient is its pole.
double one_pole(double cutoff_hz, int sample_rate_hz) {
  return 1.0 - std::exp(-2.0 * std::numbers::pi * cutoff_hz / sample_rate_hz);
}

std::size_t frames_in(double seconds, int sample_rate_hz) {
  return static_cast<std::size_t>(std::max(1LL, std::llround(seconds * sample_rate_hz)));
}

}  // namespace

void Stereo::add(const Stereo& other, double gain) {
  const auto g = static_cast<float>(gain);
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += g * other.left[i];
  for (std::size_t i = 0; i < right.size(); ++i) right[i] += g * other.right[i];
}

void Stereo::add_mono(std::span<const float> sound, std::size_t at, double gain, double pan) {
  if (at >= frames()) return;
  const double angle = (pan + 1.0) * std::numbers::pi / 4.0;
  const auto gain_left = static_cast<float>(gain * std::cos(angle) * std::numbers::sqrt2);
  const auto gain_right = static_cast<float>(gain * std::sin(angle) * std::numbers::sqrt2);
  const std::size_t count = std::min(sound.size(), frames() - at);
  float* l = left.data() + at;
  float* r = right.data() + at;
  for (std::size_t i = 0; i < count; ++i) {
    l[i] += gain_left * sound[i];
    r[i] += gain_right * sound[i];
  }
}

Stereo reverberate(const Stereo& dry, double decay_s, int sample_rate_hz) {
  constexpr std::size_t kLines = 8;
  // Mutually prime-ish lengths, so that the echoes never line up.
  constexpr std::array<double, kLines> kDelayMs = {29.7, 34.3, 39.1, 44.9, 51.7, 58.3, 66.1, 74.9};
  const auto damping = static_cast<float>(one_pole(4500.0, sample_rate_hz));
  std::array<std::vector<float>, kLines> lines;
  std::array<std::size_t, kLines> position{};
  std::array<float, kLines> feedback{};
  std::array<float, kLines> filtered{};
  for (std::size_t k = 0; k < kLines; ++k) {
    const double delay_s = kDelayMs[k] / 1000.0;
    lines[k].assign(frames_in(delay_s, sample_rate_hz), 0.0F);
    // The 1/sqrt(8) that makes the Hadamard matrix lossless is folded in.
    feedback[k] = static_cast<float>(std::pow(10.0, -3.0 * delay_s / decay_s) / std::sqrt(8.0));
  }
  Stereo wet(dry.frames());
  for (std::size_t i = 0; i < dry.frames(); ++i) {
    std::array<float, kLines> v{};
    for (std::size_t k = 0; k < kLines; ++k) {
      filtered[k] += damping * (lines[k][position[k]] - filtered[k]);
      v[k] = filtered[k];
    }
    wet.left[i] = v[0] + v[2] + v[4] + v[6];
    wet.right[i] = v[1] + v[3] + v[5] + v[7];
    for (std::size_t half = 1; half < kLines; half *= 2) {
      for (std::size_t k = 0; k < kLines; k += 2 * half) {
        for (std::size_t j = k; j < k + half; ++j) {
          const float a = v[j];
          const float b = v[j + half];
          v[j] = a + b;
          v[j + half] = a - b;
        }
      }
    }
    for (std::size_t k = 0; k < kLines; ++k) {
      lines[k][position[k]] = (k % 2 == 0 ? dry.left[i] : dry.right[i]) + feedback[k] * v[k];
      if (++position[k] == lines[k].size()) position[k] = 0;
    }
  }
  return wet;
}

Stereo echo(const Stereo& dry, double delay_s, double feedback, int sample_rate_hz) {
  const std::size_t delay = frames_in(delay_s, sample_rate_hz);
  const auto keep = static_cast<float>(feedback);
  const auto damping = static_cast<float>(one_pole(3500.0, sample_rate_hz));
  Stereo wet(dry.frames());
  float low_left = 0.0F;
  float low_right = 0.0F;
  for (std::size_t i = delay; i < dry.frames(); ++i) {
    low_left +=
        damping * (0.5F * (dry.left[i - delay] + dry.right[i - delay]) + wet.right[i - delay] - low_left);
    low_right += damping * (wet.left[i - delay] - low_right);
    wet.left[i] = keep * low_left;
    wet.right[i] = keep * low_right;
  }
  return wet;
}

void duck(Stereo& bus, std::span<const std::size_t> starts, double depth, double recovery_s,
          int sample_rate_hz) {
  const std::size_t fall = frames_in(0.005, sample_rate_hz);
  const std::size_t length = frames_in(recovery_s, sample_rate_hz);
  for (std::size_t s = 0; s < starts.size(); ++s) {
    const std::size_t next = s + 1 < starts.size() ? starts[s + 1] : bus.frames();
    const std::size_t end = std::min({starts[s] + length, next, bus.frames()});
    for (std::size_t i = starts[s]; i < end; ++i) {
      const auto since = static_cast<double>(i - starts[s]);
      const double recovered = since / static_cast<double>(length);
      const double shape =
          std::min(since / static_cast<double>(fall), 1.0) * (1.0 - recovered) * (1.0 - recovered);
      const auto gain = static_cast<float>(1.0 - depth * shape);
      bus.left[i] *= gain;
      bus.right[i] *= gain;
    }
  }
}

void overdrive(Stereo& bus, double gain, int sample_rate_hz) {
  const auto drive = static_cast<float>(gain);
  const auto low_cut = static_cast<float>(one_pole(90.0, sample_rate_hz));
  const auto speaker = static_cast<float>(one_pole(4500.0, sample_rate_hz));
  for (std::vector<float>* channel : {&bus.left, &bus.right}) {
    float below = 0.0F;
    float first = 0.0F;
    float second = 0.0F;
    for (float& x : *channel) {
      const float hot = drive * x;
      // Pade approximant of tanh, within 3 % and exactly +-1 from +-3 on.
      const float limited = std::clamp(hot, -3.0F, 3.0F);
      const float shaped = limited * (27.0F + limited * limited) / (27.0F + 9.0F * limited * limited);
      first += speaker * (shaped - first);
      second += speaker * (first - second);
      below += low_cut * (second - below);
      x = second - below;
    }
  }
}

void limit(std::span<float> interleaved, int channels, double ceiling, int sample_rate_hz) {
  const auto width = static_cast<std::size_t>(channels);
  const std::size_t frames = interleaved.size() / width;
  const std::size_t window = frames_in(0.005, sample_rate_hz);
  const auto release = static_cast<float>(1.0 - std::exp(-1.0 / (0.1 * sample_rate_hz)));
  std::vector<float> need(frames);
  for (std::size_t i = 0; i < frames; ++i) {
    float peak = 0.0F;
    for (std::size_t c = 0; c < width; ++c) peak = std::max(peak, std::abs(interleaved[i * width + c]));
    need[i] = peak > static_cast<float>(ceiling) ? static_cast<float>(ceiling) / peak : 1.0F;
  }
  // held[i]: the least gain needed in the next `window` frames, recovering slowly.
  std::vector<float> held(frames);
  std::deque<std::size_t> ahead;  // indices whose need rises: the first is the minimum of the window
  std::size_t seen = 0;
  float gain = 1.0F;
  for (std::size_t i = 0; i < frames; ++i) {
    for (; seen < std::min(frames, i + window); ++seen) {
      while (!ahead.empty() && need[ahead.back()] >= need[seen]) ahead.pop_back();
      ahead.push_back(seen);
    }
    while (ahead.front() < i) ahead.pop_front();
    gain = std::min(need[ahead.front()], gain + release * (1.0F - gain));
    held[i] = gain;
  }
  // The mean over the last `window` frames: each of them already knew this frame's need, so the mean obeys
  // it.
  double sum = static_cast<double>(window) * static_cast<double>(frames > 0 ? held[0] : 1.0F);
  for (std::size_t i = 0; i < frames; ++i) {
    sum += static_cast<double>(held[i]) - static_cast<double>(held[i >= window ? i - window : 0]);
    const auto smooth = static_cast<float>(sum / static_cast<double>(window));
    for (std::size_t c = 0; c < width; ++c) interleaved[i * width + c] *= smooth;
  }
}

}  // namespace hitscope::synth
