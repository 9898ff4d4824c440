#include "synth/drums.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "core/random.h"

namespace hitscope::synth {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

// Two-pole band-pass/high-pass (Zavalishin), for colouring noise.
class Filter {
 public:
  Filter(double cutoff_hz, double q, int sample_rate_hz) : damping_(1.0 / q) {
    tune(cutoff_hz, sample_rate_hz);
  }

  void tune(double cutoff_hz, int sample_rate_hz) {
    g_ = std::tan(std::numbers::pi * std::min(cutoff_hz, 0.45 * sample_rate_hz) / sample_rate_hz);
    norm_ = 1.0 / (1.0 + g_ * (g_ + damping_));
  }
  double band_pass(double x) {
    step(x);
    return damping_ * band_;
  }
  double high_pass(double x) {
    step(x);
    return x - damping_ * band_ - low_;
  }

 private:
  void step(double x) {
    band_ = norm_ * (g_ * (x - state2_) + state1_);
    low_ = state2_ + g_ * band_;
    state1_ = 2.0 * band_ - state1_;
    state2_ = 2.0 * low_ - state2_;
  }

  double damping_;
  double g_ = 0.0;
  double norm_ = 0.0;
  double band_ = 0.0;
  double low_ = 0.0;
  double state1_ = 0.0;
  double state2_ = 0.0;
};

double noise(Random& random) {
  return 2.0 * random.uniform() - 1.0;
}

class Sound {
 public:
  Sound(double seconds, int sample_rate_hz)
      : rate_(sample_rate_hz),
        samples_(static_cast<std::size_t>(std::max(1LL, std::llround(seconds * sample_rate_hz)))) {}

  // Fills by a function of the time in seconds, with a 5 ms fade at the end, and scales the peak to 1.
  template <typename F>
  std::vector<float> fill(F&& at) {
    double peak = 1e-9;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const auto left = static_cast<double>(samples_.size() - i);
      const double fade = std::min(1.0, left / (0.005 * rate_));
      const double x = fade * at(static_cast<double>(i) / rate_);
      samples_[i] = static_cast<float>(x);
      peak = std::max(peak, std::abs(x));
    }
    for (float& x : samples_) x /= static_cast<float>(peak);
    return std::move(samples_);
  }

 private:
  double rate_;
  std::vector<float> samples_;
};

// A skin: the pitch falls exponentially from `from_hz` to `to_hz` and sags on by `sag_hz` a second (0.25 s
// long at most); cosine phase, so the hit is there at once.
struct Skin {
  double from_hz = 0.0;
  double to_hz = 0.0;
  double glide_s = 1.0;
  double sag_hz = 0.0;

  [[nodiscard]] double at(double t) const {
    const double glide = (from_hz - to_hz) * glide_s * (1.0 - std::exp(-t / glide_s));
    const double sagging = std::min(t, 0.25);
    return std::cos(kTurn * (to_hz * t + glide - sag_hz * sagging * (t - 0.5 * sagging)));
  }
};

// Six square waves at the ratios of the TR-808's cymbal circuit, as their first two partials.
double metal(double t, double base_hz) {
  constexpr std::array kRatio = {1.0, 1.3420, 1.2312, 1.6532, 1.9523, 2.1523};
  double sum = 0.0;
  for (const double ratio : kRatio) {
    const double phase = kTurn * base_hz * ratio * t;
    sum += std::sin(phase) + std::sin(3.0 * phase) / 3.0;
  }
  return sum / 6.0;
}

// Metal and noise through a high-pass.
std::vector<float> cymbal(double length_s, double decay_s, double base_hz, double high_pass_hz,
                          double noise_part, int rate, Random random) {
  Filter filter(high_pass_hz, 0.8, rate);
  const double pitch_hz = std::min(base_hz, 0.06 * rate);
  return Sound(length_s, rate).fill([&](double t) {
    const double x = (1.0 - noise_part) * metal(t, pitch_hz) + noise_part * noise(random);
    return std::exp(-t / decay_s) * filter.high_pass(x);
  });
}

// Its pitch never rests: a kick that settled on one would pull the key towards it.
std::vector<float> kick(int rate, Random random) {
  const Skin skin{190.0, 64.0, 0.022, 90.0};
  return Sound(0.36, rate).fill([&](double t) {
    const double body = std::exp(-t / 0.11) * skin.at(t);
    const double beater = 0.35 * std::exp(-t / 0.003) * noise(random);
    return std::tanh(1.6 * body) + beater;
  });
}

std::vector<float> snare(int rate, Random random) {
  Filter wires(1800.0, 0.7, rate);
  const Skin low{260.0, 185.0, 0.02};
  const Skin high{420.0, 330.0, 0.015};
  return Sound(0.3, rate).fill([&](double t) {
    const double body = 0.55 * std::exp(-t / 0.07) * low.at(t) + 0.3 * std::exp(-t / 0.04) * high.at(t);
    return body + 0.9 * std::exp(-t / 0.075) * wires.high_pass(noise(random));
  });
}

std::vector<float> clap(int rate, Random random) {
  Filter hands(1300.0, 1.4, rate);
  return Sound(0.3, rate).fill([&](double t) {
    // Three quick claps 11 ms apart, then the room.
    double envelope = std::exp(-std::max(0.0, t - 0.022) / 0.06);
    if (t < 0.022) envelope = std::exp(-std::fmod(t, 0.011) / 0.004);
    return envelope * hands.band_pass(noise(random));
  });
}

std::vector<float> rim(int rate, Random random) {
  Filter wood(1700.0, 3.0, rate);
  return Sound(0.06, rate).fill([&](double t) {
    return std::exp(-t / 0.012) * (0.6 * std::cos(kTurn * 1720.0 * t) + wood.band_pass(noise(random)));
  });
}

std::vector<float> tom(int rate) {
  const Skin skin{170.0, 98.0, 0.06};
  return Sound(0.4, rate).fill([&](double t) { return std::exp(-t / 0.12) * skin.at(t); });
}

std::vector<float> shaker(int rate, Random random) {
  Filter beads(6000.0, 1.0, rate);
  return Sound(0.09, rate).fill([&](double t) {
    return std::min(1.0, t / 0.012) * std::exp(-t / 0.025) * beads.high_pass(noise(random));
  });
}

// Noise through a band that climbs five octaves, swelling to its end.
std::vector<float> riser(double length_s, int rate, Random random) {
  Filter band(250.0, 1.6, rate);
  std::size_t count = 0;
  return Sound(length_s, rate).fill([&](double t) {
    const double progress = t / length_s;
    if (count++ % 32 == 0) band.tune(250.0 * std::exp2(5.0 * progress), rate);
    return progress * progress * band.band_pass(noise(random));
  });
}

}  // namespace

std::vector<float> play_drum(Drum drum, double length_s, int sample_rate_hz, std::uint64_t seed) {
  const Random random = Random(seed).fork(static_cast<std::uint64_t>(drum));
  switch (drum) {
    case Drum::kick:
      return kick(sample_rate_hz, random);
    case Drum::snare:
      return snare(sample_rate_hz, random);
    case Drum::clap:
      return clap(sample_rate_hz, random);
    case Drum::closed_hat:
      return cymbal(0.09, 0.022, 540.0, 7000.0, 0.5, sample_rate_hz, random);
    case Drum::open_hat:
      return cymbal(0.35, 0.12, 540.0, 6500.0, 0.5, sample_rate_hz, random);
    case Drum::ride:
      return cymbal(0.9, 0.3, 620.0, 5000.0, 0.25, sample_rate_hz, random);
    case Drum::crash:
      return cymbal(2.2, 0.7, 480.0, 3500.0, 0.7, sample_rate_hz, random);
    case Drum::rim:
      return rim(sample_rate_hz, random);
    case Drum::tom:
      return tom(sample_rate_hz);
    case Drum::shaker:
      return shaker(sample_rate_hz, random);
    case Drum::riser:
      break;
  }
  return riser(length_s, sample_rate_hz, random);
}

}  // namespace hitscope::synth
