#include "report/judge.h"

#include <fmt/format.h>

#include <numeric>
#include <string_view>

namespace hitscope {
namespace {

template <typename List>
void set_list(Measurements& measured, std::string_view name, const std::optional<List>& list) {
  if (!list) return;
  for (std::size_t i = 0; i < list->size(); ++i) measured.set(fmt::format("{}_{}", name, i), (*list)[i]);
  const double sum = std::accumulate(list->begin(), list->end(), 0.0);
  measured.set(fmt::format("{}_mean", name), sum / static_cast<double>(list->size()));
}

}  // namespace

Measurements measurements_of(const TrackFeatures& features) {
  Measurements measured;
  measured.set("tempo_bpm", features.tempo_bpm);
  measured.set("tempo_confidence", features.tempo_confidence);
  measured.set("onset_rate_hz", features.onset_rate_hz);
  measured.set("key", features.key);
  measured.set("mode", features.mode);
  measured.set("key_confidence", features.key_confidence);
  measured.set("tuning_cents", features.tuning_cents);
  measured.set("integrated_lufs", features.integrated_lufs);
  measured.set("loudness_range_lu", features.loudness_range_lu);
  measured.set("true_peak_dbtp", features.true_peak_dbtp);
  measured.set("rms", features.rms);
  measured.set("rms_std", features.rms_std);
  measured.set("spectral_centroid_hz", features.spectral_centroid_hz);
  measured.set("spectral_bandwidth_hz", features.spectral_bandwidth_hz);
  measured.set("spectral_rolloff_hz", features.spectral_rolloff_hz);
  measured.set("zero_crossing_rate", features.zero_crossing_rate);
  measured.set("duration_ms", features.duration_ms);
  set_list(measured, "chroma", features.chroma);
  set_list(measured, "mfcc", features.mfcc);
  return measured;
}

ModelSummary summary_of(const Bundle& bundle) {
  const BundleCard& card = bundle.card;
  return {.name = card.name,
          .version = card.version,
          .trained_on = card.trained_on,
          .event = card.event,
          .auc_grouped = card.auc_grouped,
          .ece = card.ece};
}

Result<void> judge(TrackReport& report, const Predictor& predictor, bool explain) {
  const TrackFeatures& features = report.analysis.features;
  if (!features.integrated_lufs && !features.tempo_bpm && !features.key) {
    return fail(ErrorKind::no_signal,
                "There is nothing to judge: no loudness, tempo or key, so the track is silent or too short.");
  }
  const Bundle& bundle = predictor.bundle();
  const Measurements measured = measurements_of(features);
  report.estimates = estimate_all(bundle.estimators, measured);
  report.verdict = predictor.judge(feature_row(bundle, measured), explain);
  report.model = summary_of(bundle);
  return {};
}

Verdict judge_attributes(const Measurements& attributes, const Predictor& predictor, bool explain) {
  return predictor.judge(feature_row(predictor.bundle(), attributes), explain);
}

}  // namespace hitscope
