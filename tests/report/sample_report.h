// A report with every field known, of values that are easy to recognise in the output.
#pragma once

#include "report/track_report.h"

namespace hitscope::testing {

inline Verdict sample_verdict() {
  Verdict verdict;
  verdict.label = Label::hit;
  verdict.votes_for_hit = 3;
  verdict.tier = Tier::potential;
  verdict.probability = 0.34;
  verdict.probability_low = 0.29;
  verdict.probability_high = 0.41;
  verdict.base_rate = 0.23;
  const std::array<double, kModelCount> probabilities = {0.63, 0.5, 0.25, 0.75, 0.0};
  for (std::size_t i = 0; i < kModelCount; ++i) {
    verdict.votes[i] = {.model = kModelNames[i],
                        .label = probabilities[i] >= 0.5 ? Label::hit : Label::flop,
                        .probability = probabilities[i]};
  }
  return verdict;
}

inline TrackReport sample_report() {
  TrackReport report;
  report.path = "music/night drive.flac";
  report.title = "Night Drive";
  report.sha256 = std::string(64, 'a');
  report.audio.container = "flac";
  report.audio.codec = "flac";
  report.audio.sample_rate_hz = 44100;
  report.audio.channels = 2;
  report.audio.frames_decoded = std::uint64_t{197} * 44100;
  report.audio.bit_rate_bps = 912345.5;
  report.audio.title = "Night Drive";
  report.audio.artist = "The Synthesisers";
  report.audio.warnings = {"the stream was cut off"};
  report.analysis.warnings = {"clipping at 3 places"};
  TrackFeatures& features = report.analysis.features;
  features.tempo_bpm = 128.0;
  features.tempo_confidence = 0.94;
  features.tempo_candidates = {{128.0, 0.7}, {64.0, 0.2}};
  features.onset_rate_hz = 3.4;
  features.key = 9;
  features.mode = 0;
  features.key_confidence = 0.71;
  features.key_candidates = {{9, 0, 0.71}, {0, 1, 0.6}};
  features.tuning_cents = -12.0;
  features.chroma.emplace().fill(0.5);
  features.integrated_lufs = -9.3;
  features.loudness_range_lu = 5.2;
  features.true_peak_dbtp = 0.3;
  features.rms = 0.1;  // no double is exactly this: it must read back to the same one
  features.rms_std = 0.05;
  features.spectral_centroid_hz = 2310.5;
  features.spectral_bandwidth_hz = 2100.0;
  features.spectral_rolloff_hz = 4800.0;
  features.zero_crossing_rate = 0.08;
  features.mfcc.emplace().fill(-1.5);
  features.duration_ms = 197000.0;
  return report;
}

inline TrackReport sample_judged_report() {
  TrackReport report = sample_report();
  report.estimates = {{.name = "energy", .unit = "", .value = 0.82, .r2 = 0.71, .rmse = 0.1},
                      {.name = "loudness_db", .unit = "dB", .value = -7.4, .r2 = 0.9, .rmse = 1.0}};
  report.verdict = sample_verdict();
  report.model = ModelSummary{.name = "default",
                              .version = "1",
                              .trained_on = "100 tracks",
                              .event = "popularity of at least 15",
                              .auc_grouped = 0.664,
                              .ece = 0.02};
  return report;
}

// As sample_judged_report, with reasons: energy raises, loudness lowers, they sum to probability - base rate.
inline TrackReport sample_explained_report() {
  TrackReport report = sample_judged_report();
  report.verdict->explanation = {
      {.feature = "energy", .value = 0.82, .contribution = 0.16, .percentile = 0.84},
      {.feature = "loudness", .value = -7.4, .contribution = -0.05, .percentile = 0.2},
      {.feature = "mode", .value = 0, .contribution = 0.0, .percentile = 0.5}};
  return report;
}

}  // namespace hitscope::testing
