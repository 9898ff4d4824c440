#include "report/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json_layout.h"
#include "report/known.h"
#include "report/version.h"

namespace hitscope {
namespace {

using Json = nlohmann::ordered_json;

Json source_json(const TrackReport& report) {
  Json source = {{"kind", report.source_kind == SourceKind::url ? "url" : "file"},
                 {"title", known(report.title)},
                 {"sha256", known(report.sha256)}};
  if (report.source_kind == SourceKind::url) {
    source["artist"] = known(report.artist);
    source["page"] = known(report.page);
    source["thumbnail"] = known(report.thumbnail);
  }
  return source;
}

Json audio_json(const TrackReport& report) {
  const AudioInfo& audio = report.audio;
  Json warnings = Json::array();
  for (const std::string& warning : audio.warnings) warnings.push_back(warning);
  for (const std::string& warning : report.analysis.warnings) warnings.push_back(warning);
  return {{"container", known(audio.container)},    {"codec", known(audio.codec)},
          {"sample_rate_hz", audio.sample_rate_hz}, {"channels", audio.channels},
          {"duration_s", audio.duration_s()},       {"bit_rate_bps", known(audio.bit_rate_bps)},
          {"warnings", std::move(warnings)}};
}

Json tempo_candidates_json(const TrackFeatures& features) {
  Json candidates = Json::array();
  for (const TempoCandidate& candidate : features.tempo_candidates) {
    candidates.push_back({{"bpm", candidate.bpm}, {"score", candidate.score}});
  }
  return candidates;
}

Json key_candidates_json(const TrackFeatures& features) {
  Json candidates = Json::array();
  for (const KeyCandidate& candidate : features.key_candidates) {
    candidates.push_back({{"key", candidate.key}, {"mode", candidate.mode}, {"score", candidate.score}});
  }
  return candidates;
}

// The name of the key in one of its notations; null while key or mode is unknown.
Json key_as(const TrackFeatures& features, std::string (*notation)(int, int)) {
  return features.key && features.mode ? Json(notation(*features.key, *features.mode)) : Json();
}

Json features_json(const TrackFeatures& features) {
  return {{"tempo_bpm", known(features.tempo_bpm)},
          {"tempo_confidence", known(features.tempo_confidence)},
          {"tempo_candidates", tempo_candidates_json(features)},
          {"key", known(features.key)},
          {"mode", known(features.mode)},
          {"key_name", key_as(features, key_name)},
          {"camelot", key_as(features, camelot)},
          {"open_key", key_as(features, open_key)},
          {"key_confidence", known(features.key_confidence)},
          {"key_candidates", key_candidates_json(features)},
          {"tuning_cents", known(features.tuning_cents)},
          {"integrated_lufs", known(features.integrated_lufs)},
          {"loudness_range_lu", known(features.loudness_range_lu)},
          {"true_peak_dbtp", known(features.true_peak_dbtp)},
          {"rms", known(features.rms)},
          {"rms_std", known(features.rms_std)},
          {"spectral_centroid_hz", known(features.spectral_centroid_hz)},
          {"spectral_bandwidth_hz", known(features.spectral_bandwidth_hz)},
          {"spectral_rolloff_hz", known(features.spectral_rolloff_hz)},
          {"zero_crossing_rate", known(features.zero_crossing_rate)},
          {"onset_rate_hz", known(features.onset_rate_hz)},
          {"chroma", known(features.chroma)},
          {"mfcc", known(features.mfcc)},
          {"duration_ms", features.duration_ms}};
}

Json estimates_json(const std::vector<Estimate>& estimates) {
  Json json = Json::object();
  for (const Estimate& estimate : estimates) {
    json[estimate.name] = {{"value", estimate.value}, {"r2", estimate.r2}};
  }
  return json;
}

Json model_json(const ModelSummary& model) {
  return {{"name", known(model.name)},
          {"version", known(model.version)},
          {"trained_on", known(model.trained_on)},
          {"event", known(model.event)},
          {"auc_grouped", known(model.auc_grouped)},
          {"ece", known(model.ece)}};
}

Json verdict_json(const Verdict& verdict, const std::optional<ModelSummary>& model) {
  Json votes = Json::array();
  for (const Vote& vote : verdict.votes) {
    votes.push_back(
        {{"model", vote.model}, {"label", label_name(vote.label)}, {"probability", vote.probability}});
  }
  Json explanation = Json::array();
  for (const Contribution& part : verdict.explanation) {
    explanation.push_back({{"feature", part.feature},
                           {"value", part.value},
                           {"contribution", part.contribution},
                           {"percentile", part.percentile}});
  }
  return {{"label", label_name(verdict.label)},
          {"votes_for_hit", verdict.votes_for_hit},
          {"tier", tier_name(verdict.tier)},
          {"probability", verdict.probability},
          {"probability_interval", {verdict.probability_low, verdict.probability_high}},
          {"base_rate", verdict.base_rate},
          {"votes", std::move(votes)},
          {"explanation", std::move(explanation)},
          {"model", model ? model_json(*model) : Json()}};
}

Json report_json(const TrackReport& report) {
  if (report.error) {
    return {{"path", report.path},
            {"error",
             {{"type", type_name(report.error->kind)},
              {"title", report.error->message},
              {"detail", known(report.error->detail)}}}};
  }
  return {{"path", report.path},
          {"source", source_json(report)},
          {"audio", audio_json(report)},
          {"features", features_json(report.analysis.features)},
          {"estimates", estimates_json(report.estimates)},
          {"verdict", report.verdict ? verdict_json(*report.verdict, report.model) : Json()},
          {"engine", {{"version", kVersion}, {"features_version", kFeaturesVersion}}}};
}

std::string laid_out(const Json& json, JsonLayout layout, int indent) {
  return layout == JsonLayout::compact ? compact_json(json) : readable_json(json, indent);
}

}  // namespace

std::string to_json(const TrackReport& report, JsonLayout layout, int indent) {
  return laid_out(report_json(report), layout, indent);
}

std::string to_json(const Verdict& verdict, const std::optional<ModelSummary>& model, JsonLayout layout,
                    int indent) {
  return laid_out(verdict_json(verdict, model), layout, indent);
}

std::string json_string(std::string_view text) {
  return compact_json(Json(text));
}

}  // namespace hitscope
