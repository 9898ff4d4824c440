#include "synth/song.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>

#include "synth/desk.h"
#include "synth/loudness.h"
#include "synth/mix.h"
#include "synth/score.h"
#include "synth/signals.h"
#include "synth/timeline.h"

namespace hitscope::synth {
namespace {

constexpr double kCeiling = 0.966;  // -0.3 dBFS

float peak_of(std::span<const float> samples) {
  float peak = 0.0F;
  for (const float x : samples) peak = std::max(peak, std::abs(x));
  return peak;
}

void scale(std::span<float> samples, double gain) {
  for (float& x : samples) x = static_cast<float>(x * gain);
}

void set_level(std::vector<float>& samples, const SongSpec& spec) {
  const float peak = peak_of(samples);
  if (peak <= 0.0F) return;
  if (!spec.level_lufs) {
    scale(samples, amplitude_of_db(-1.0) / static_cast<double>(peak));
    return;
  }
  // Bring it near the target first: gating has an absolute threshold, so the measure is not quite linear.
  scale(samples, 0.1 / static_cast<double>(peak));
  const std::optional<double> start = integrated_lufs(samples, spec.sample_rate_hz, spec.channels);
  if (!start) return;
  double gain_db = *spec.level_lufs - *start;
  const std::vector<float> dry = samples;
  // What the limiter takes is given back before it, until nothing is missing. The more it limits, the less a
  // decibel of gain adds to the level; the slope between the last two rounds tells how much.
  double slope = 1.0;
  double last_gain_db = gain_db;
  double last_missing = 0.0;
  for (int round = 0; round < 12; ++round) {
    std::copy(dry.begin(), dry.end(), samples.begin());
    scale(samples, amplitude_of_db(gain_db));
    if (peak_of(samples) > static_cast<float>(kCeiling)) {
      limit(samples, spec.channels, kCeiling, spec.sample_rate_hz);
    }
    const std::optional<double> level = integrated_lufs(samples, spec.sample_rate_hz, spec.channels);
    const double missing = level ? *spec.level_lufs - *level : 0.0;
    if (std::abs(missing) < 0.01) return;
    if (round > 0) slope = std::clamp((last_missing - missing) / (gain_db - last_gain_db), 0.2, 1.0);
    last_gain_db = gain_db;
    last_missing = missing;
    gain_db += missing / slope;
  }
}

void clip_hard(std::span<float> samples) {
  const auto gain = static_cast<float>(amplitude_of_db(12.0));
  for (float& x : samples) x = std::clamp(gain * x, -1.0F, 1.0F);
}

std::vector<float> interleave(const Stereo& music, std::size_t before, std::size_t total, int channels) {
  const auto width = static_cast<std::size_t>(channels);
  std::vector<float> out(total * width, 0.0F);
  for (std::size_t i = 0; i < music.frames(); ++i) {
    float* frame = out.data() + (before + i) * width;
    if (width == 1) {
      frame[0] = 0.5F * (music.left[i] + music.right[i]);
      continue;
    }
    for (std::size_t c = 0; c < width; ++c) frame[c] = c % 2 == 0 ? music.left[i] : music.right[i];
  }
  return out;
}

bool within(double value, double low, double high) {
  return value >= low && value <= high;
}

}  // namespace

std::optional<std::string> problem_with(const SongSpec& spec) {
  const auto is_key = [](int key, int mode) { return key >= 0 && key <= 11 && (mode == 0 || mode == 1); };
  if (!within(spec.tempo_bpm, 20.0, 400.0)) return "The tempo must lie between 20 and 400 beats a minute.";
  if (!is_key(spec.key, spec.mode))
    return "The key must be 0 (C) to 11 (B), the mode 1 (major) or 0 (minor).";
  if (!within(spec.duration_s, 0.01, 7200.0)) return "The duration must lie between 0.01 and 7200 seconds.";
  if (!within(spec.sample_rate_hz, 4000, 384000))
    return "The sample rate must lie between 4000 and 384000 Hz.";
  if (!within(spec.channels, 1, 8)) return "The number of channels must lie between 1 and 8.";
  if (spec.level_lufs && !within(*spec.level_lufs, -60.0, 0.0)) {
    return "The level must lie between -60 and 0 LUFS.";
  }
  if (!within(spec.swing, 0.0, 0.3334)) return "The swing must lie between 0 and 1/3.";
  if (!within(spec.tempo_drift, -0.5, 0.5)) return "The tempo drift must lie between -0.5 and 0.5.";
  if (spec.key_change &&
      (!is_key(spec.key_change->key, spec.key_change->mode) || spec.key_change->at_s < 0.0)) {
    return "The key change must have a time of 0 s or later, a key of 0 to 11 and a mode of 1 or 0.";
  }
  if (!within(spec.detune_cents, -100.0, 100.0)) return "The detuning must lie between -100 and 100 cents.";
  if (!within(spec.silence_before_s, 0.0, 600.0) || !within(spec.silence_after_s, 0.0, 600.0)) {
    return "The silence before and after must lie between 0 and 600 seconds.";
  }
  if (spec.noise_dbfs && !within(*spec.noise_dbfs, -150.0, 0.0)) {
    return "The noise must lie between -150 and 0 dBFS.";
  }
  return std::nullopt;
}

std::vector<float> render(const SongSpec& spec) {
  if (problem_with(spec)) return {};
  const Timeline timeline(spec);
  const Score score = compose(spec, timeline);
  const Stereo music = perform(spec, timeline, score);
  const auto frames_in = [&](double seconds) {
    return static_cast<std::size_t>(std::llround(seconds * spec.sample_rate_hz));
  };
  const std::size_t total = frames_in(spec.silence_before_s + spec.duration_s + spec.silence_after_s);
  std::vector<float> out = interleave(music, frames_in(spec.silence_before_s), total, spec.channels);
  set_level(out, spec);
  if (spec.clip) clip_hard(out);
  if (spec.noise_dbfs) {
    const double seconds = static_cast<double>(out.size()) / spec.sample_rate_hz;
    const std::vector<float> noise = white_noise(*spec.noise_dbfs, seconds, ~spec.seed, spec.sample_rate_hz);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += noise[i];
  }
  return out;
}

SongTruth truth_of(const SongSpec& spec) {
  SongTruth truth;
  if (problem_with(spec)) return truth;
  const Timeline timeline(spec);
  const Score score = compose(spec, timeline);
  const auto stream_time = [&](double beat) { return spec.silence_before_s + timeline.seconds_at(beat); };
  truth.tempo_bpm = spec.tempo_bpm;
  truth.tempo_end_bpm = timeline.tempo_at(spec.duration_s);
  truth.beats_per_bar = score.beats_per_bar;
  truth.key = spec.key;
  truth.mode = spec.mode;
  if (score.key_change_beat) truth.key_change_s = stream_time(*score.key_change_beat);
  for (int beat = 0; beat < score.end_beat - 1e-9; ++beat) {
    truth.beat_times_s.push_back(stream_time(beat));
    if (beat % score.beats_per_bar == 0) truth.downbeat_times_s.push_back(stream_time(beat));
  }
  for (const Note& n : score.notes) {
    truth.onset_times_s.push_back(stream_time(n.start_beat));
    const double end = std::min(timeline.seconds_at(n.end_beat), spec.duration_s);
    truth.note_seconds[static_cast<std::size_t>(n.midi % 12)] += end - timeline.seconds_at(n.start_beat);
  }
  for (const Hit& h : score.hits) truth.onset_times_s.push_back(stream_time(h.start_beat));
  std::vector<double>& onsets = truth.onset_times_s;
  std::sort(onsets.begin(), onsets.end());
  // Positions written in different ways may differ by rounding; a microsecond apart is the same moment.
  onsets.erase(std::unique(onsets.begin(), onsets.end(), [](double a, double b) { return b - a < 1e-6; }),
               onsets.end());
  return truth;
}

const char* name_of(Style style) {
  switch (style) {
    case Style::house:
      return "house";
    case Style::rock:
      return "rock";
    case Style::ballad:
      return "ballad";
    case Style::drum_and_bass:
      return "drum-and-bass";
    case Style::waltz:
      return "waltz";
    case Style::funk:
      break;
  }
  return "funk";
}

}  // namespace hitscope::synth
