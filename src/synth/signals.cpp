#include "synth/signals.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "core/random.h"

namespace hitscope::synth {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

std::size_t samples_in(double duration_s, int sample_rate_hz) {
  return static_cast<std::size_t>(std::max(0LL, std::llround(duration_s * sample_rate_hz)));
}

// sin(2 pi f i / rate), with the turns reduced first so that an hour in, the phase is still exact.
double sine_at(double frequency_hz, std::size_t index, int sample_rate_hz) {
  const double turns = frequency_hz * static_cast<double>(index) / sample_rate_hz;
  return std::sin(kTurn * (turns - std::floor(turns)));
}

bool aliases(double frequency_hz, int sample_rate_hz) {
  return frequency_hz >= 0.5 * sample_rate_hz;
}

void scale_to_rms(std::span<float> samples, double rms_dbfs) {
  double power = 0.0;
  for (const float x : samples) power += static_cast<double>(x) * static_cast<double>(x);
  if (power <= 0.0) return;
  const double gain = amplitude_of_db(rms_dbfs) / std::sqrt(power / static_cast<double>(samples.size()));
  for (float& x : samples) x = static_cast<float>(x * gain);
}

}  // namespace

double amplitude_of_db(double level_db) {
  return std::pow(10.0, level_db / 20.0);
}

double frequency_of_note(double midi_note) {
  return 440.0 * std::exp2((midi_note - 69.0) / 12.0);
}

std::vector<float> silence(double duration_s, int sample_rate_hz) {
  return std::vector<float>(samples_in(duration_s, sample_rate_hz), 0.0F);
}

std::vector<float> sine(double frequency_hz, double peak_dbfs, double duration_s, int sample_rate_hz) {
  return chord(std::span(&frequency_hz, 1), peak_dbfs, duration_s, sample_rate_hz);
}

std::vector<float> chord(std::span<const double> frequencies_hz, double peak_dbfs, double duration_s,
                         int sample_rate_hz) {
  std::vector<float> out(samples_in(duration_s, sample_rate_hz), 0.0F);
  const double amplitude = amplitude_of_db(peak_dbfs);
  for (std::size_t i = 0; i < out.size(); ++i) {
    double sum = 0.0;
    for (const double f : frequencies_hz) {
      if (!aliases(f, sample_rate_hz)) sum += sine_at(f, i, sample_rate_hz);
    }
    out[i] = static_cast<float>(amplitude * sum);
  }
  return out;
}

std::vector<float> tone_row(std::span<const double> frequencies_hz, double peak_dbfs, double each_s,
                            int sample_rate_hz) {
  std::vector<float> out;
  const double ramp = 0.005 * sample_rate_hz;
  for (const double f : frequencies_hz) {
    std::vector<float> tone = sine(f, peak_dbfs, each_s, sample_rate_hz);
    for (std::size_t i = 0; i < tone.size(); ++i) {
      const auto to_edge = static_cast<double>(std::min(i, tone.size() - 1 - i));
      tone[i] *= static_cast<float>(std::min(1.0, to_edge / ramp));
    }
    out.insert(out.end(), tone.begin(), tone.end());
  }
  return out;
}

std::vector<float> sweep(double from_hz, double to_hz, Glide glide, double peak_dbfs, double duration_s,
                         int sample_rate_hz) {
  std::vector<float> out(samples_in(duration_s, sample_rate_hz), 0.0F);
  const double amplitude = amplitude_of_db(peak_dbfs);
  const double octaves = glide == Glide::exponential ? std::log2(to_hz / from_hz) : 0.0;
  const bool curved = std::abs(octaves) > 1e-12;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / sample_rate_hz;
    const double progress = t / duration_s;
    // The phase is the integral of the frequency, in closed form.
    double turns = 0.0;
    double frequency_hz = 0.0;
    if (curved) {
      frequency_hz = from_hz * std::exp2(octaves * progress);
      turns = (frequency_hz - from_hz) * duration_s / (octaves * std::numbers::ln2);
    } else {
      frequency_hz = from_hz + (to_hz - from_hz) * progress;
      turns = 0.5 * (from_hz + frequency_hz) * t;
    }
    if (aliases(frequency_hz, sample_rate_hz)) continue;
    out[i] = static_cast<float>(amplitude * std::sin(kTurn * (turns - std::floor(turns))));
  }
  return out;
}

std::vector<float> click_track(double tempo_bpm, double peak_dbfs, double duration_s, int sample_rate_hz,
                               int accent_every) {
  std::vector<float> out(samples_in(duration_s, sample_rate_hz), 0.0F);
  const std::size_t length = samples_in(0.005, sample_rate_hz);
  const double tone_hz = std::min(2000.0, 0.25 * sample_rate_hz);
  std::vector<float> click(length);
  for (std::size_t i = 0; i < length; ++i) {
    const double t = static_cast<double>(i) / sample_rate_hz;
    click[i] = static_cast<float>(std::exp(-t / 0.001) * std::cos(kTurn * tone_hz * t));
  }
  for (int k = 0;; ++k) {
    const std::size_t start = samples_in(k * 60.0 / tempo_bpm, sample_rate_hz);
    if (start >= out.size()) return out;
    const bool accent = accent_every > 0 && k % accent_every == 0;
    const auto gain = static_cast<float>(amplitude_of_db(peak_dbfs + (accent ? 6.0 : 0.0)));
    const std::size_t end = std::min(out.size(), start + length);
    for (std::size_t i = start; i < end; ++i) out[i] += gain * click[i - start];
  }
}

std::vector<float> white_noise(double rms_dbfs, double duration_s, std::uint64_t seed, int sample_rate_hz) {
  std::vector<float> out(samples_in(duration_s, sample_rate_hz));
  Random random(seed);
  for (float& x : out) x = static_cast<float>(2.0 * random.uniform() - 1.0);
  scale_to_rms(out, rms_dbfs);
  return out;
}

std::vector<float> pink_noise(double rms_dbfs, double duration_s, std::uint64_t seed, int sample_rate_hz) {
  // Six one-pole filters, spaced so that the sum of their slopes is -3 dB per octave.
  constexpr double kPole[6] = {0.99886, 0.99332, 0.96900, 0.86650, 0.55000, -0.7616};
  constexpr double kGain[6] = {0.0555179, 0.0750759, 0.1538520, 0.3104856, 0.5329522, -0.0168980};
  std::vector<float> out(samples_in(duration_s, sample_rate_hz));
  Random random(seed);
  double state[6] = {};
  double delayed = 0.0;
  for (float& x : out) {
    const double white = 2.0 * random.uniform() - 1.0;
    double sum = delayed + white * 0.5362;
    for (int k = 0; k < 6; ++k) {
      state[k] = kPole[k] * state[k] + kGain[k] * white;
      sum += state[k];
    }
    delayed = white * 0.115926;
    x = static_cast<float>(sum);
  }
  scale_to_rms(out, rms_dbfs);
  return out;
}

std::vector<float> level_steps(double frequency_hz, std::span<const double> peaks_dbfs, double each_s,
                               int sample_rate_hz) {
  std::vector<float> out =
      sine(frequency_hz, 0.0, each_s * static_cast<double>(peaks_dbfs.size()), sample_rate_hz);
  for (std::size_t step = 0; step < peaks_dbfs.size(); ++step) {
    const std::size_t from = samples_in(each_s * static_cast<double>(step), sample_rate_hz);
    const std::size_t to = samples_in(each_s * static_cast<double>(step + 1), sample_rate_hz);
    const auto gain = static_cast<float>(amplitude_of_db(peaks_dbfs[step]));
    for (std::size_t i = from; i < std::min(to, out.size()); ++i) out[i] *= gain;
  }
  return out;
}

std::vector<float> to_channels(std::span<const float> mono, int channels) {
  std::vector<float> out;
  out.reserve(mono.size() * static_cast<std::size_t>(channels));
  for (const float x : mono) out.insert(out.end(), static_cast<std::size_t>(channels), x);
  return out;
}

}  // namespace hitscope::synth
