#include "report/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "report/plain_text.h"
#include "report/version.h"

namespace hitscope {
namespace {

// The attributes that a bundle may estimate; a column each, so that the header does not depend on the bundle.
constexpr std::array<std::string_view, 8> kEstimates = {"energy",      "loudness_db",  "danceability",
                                                        "valence",     "acousticness", "instrumentalness",
                                                        "speechiness", "liveness"};

std::string text_of(const std::string& text) {
  return csv_field(text);
}
std::string text_of(std::string_view text) {
  return csv_field(text);
}
std::string text_of(int value) {
  return fmt::format("{}", value);
}
std::string text_of(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}
template <typename T>
std::string text_of(const std::optional<T>& value) {
  return value ? text_of(*value) : std::string();
}

std::string joined_warnings(const TrackReport& report) {
  return fmt::format("{}{}{}", fmt::join(report.audio.warnings, "; "),
                     report.audio.warnings.empty() || report.analysis.warnings.empty() ? "" : "; ",
                     fmt::join(report.analysis.warnings, "; "));
}

std::string key_text(const TrackFeatures& features, std::string (*notation)(int, int)) {
  return features.key && features.mode ? notation(*features.key, *features.mode) : std::string();
}

// Header and row come from one walk over the columns, so that they cannot fall out of step. `visit(name,
// value)` is called for each; value() gives the field's text.
template <typename Visit>
void for_each_column(const TrackReport& report, Visit visit) {
  const bool measured = !report.error;
  const AudioInfo& audio = report.audio;
  const TrackFeatures& f = report.analysis.features;
  const auto column = [&](std::string_view name, auto value) {
    visit(name, [&]() { return measured ? text_of(value()) : std::string(); });
  };

  visit("path", [&] { return text_of(report.path); });
  column("source_kind",
         [&] { return std::string_view(report.source_kind == SourceKind::url ? "url" : "file"); });
  column("title", [&] { return report.title; });
  column("sha256", [&] { return report.sha256; });
  column("container", [&] { return audio.container; });
  column("codec", [&] { return audio.codec; });
  column("sample_rate_hz", [&] { return audio.sample_rate_hz; });
  column("channels", [&] { return audio.channels; });
  column("duration_s", [&] { return audio.duration_s(); });
  column("bit_rate_bps", [&] { return audio.bit_rate_bps; });
  column("warnings", [&] { return joined_warnings(report); });

  column("tempo_bpm", [&] { return f.tempo_bpm; });
  column("tempo_confidence", [&] { return f.tempo_confidence; });
  column("key", [&] { return f.key; });
  column("mode", [&] { return f.mode; });
  column("key_name", [&] { return key_text(f, key_name); });
  column("camelot", [&] { return key_text(f, camelot); });
  column("open_key", [&] { return key_text(f, open_key); });
  column("key_confidence", [&] { return f.key_confidence; });
  column("tuning_cents", [&] { return f.tuning_cents; });
  column("integrated_lufs", [&] { return f.integrated_lufs; });
  column("loudness_range_lu", [&] { return f.loudness_range_lu; });
  column("true_peak_dbtp", [&] { return f.true_peak_dbtp; });
  column("rms", [&] { return f.rms; });
  column("rms_std", [&] { return f.rms_std; });
  column("spectral_centroid_hz", [&] { return f.spectral_centroid_hz; });
  column("spectral_bandwidth_hz", [&] { return f.spectral_bandwidth_hz; });
  column("spectral_rolloff_hz", [&] { return f.spectral_rolloff_hz; });
  column("zero_crossing_rate", [&] { return f.zero_crossing_rate; });
  column("onset_rate_hz", [&] { return f.onset_rate_hz; });
  for (std::size_t i = 0; i < 12; ++i) {
    column(fmt::format("chroma_{}", i),
           [&] { return f.chroma ? std::optional((*f.chroma)[i]) : std::nullopt; });
  }
  for (std::size_t i = 0; i < 20; ++i) {
    column(fmt::format("mfcc_{}", i), [&] { return f.mfcc ? std::optional((*f.mfcc)[i]) : std::nullopt; });
  }
  column("duration_ms", [&] { return f.duration_ms; });

  for (const std::string_view name : kEstimates) {
    column(fmt::format("estimated_{}", name), [&]() -> std::optional<double> {
      const auto found = std::ranges::find(report.estimates, name, &Estimate::name);
      return found == report.estimates.end() ? std::nullopt : std::optional(found->value);
    });
  }

  const auto verdict = [&](std::string_view name, auto value) {
    column(name, [&] { return report.verdict ? std::optional(value(*report.verdict)) : std::nullopt; });
  };
  verdict("label", [](const Verdict& v) { return label_name(v.label); });
  verdict("votes_for_hit", [](const Verdict& v) { return v.votes_for_hit; });
  verdict("tier", [](const Verdict& v) { return tier_name(v.tier); });
  verdict("probability", [](const Verdict& v) { return v.probability; });
  verdict("probability_low", [](const Verdict& v) { return v.probability_low; });
  verdict("probability_high", [](const Verdict& v) { return v.probability_high; });
  for (std::size_t i = 0; i < kModelCount; ++i) {
    verdict(fmt::format("probability_{}", kModelNames[i]),
            [&](const Verdict& v) { return v.votes[i].probability; });
  }
  column("engine_version", [] { return kVersion; });
  column("features_version", [] { return kFeaturesVersion; });
  visit("error_type", [&] { return report.error ? text_of(type_name(report.error->kind)) : std::string(); });
  visit("error_title", [&] { return report.error ? text_of(report.error->message) : std::string(); });
}

}  // namespace

std::string csv_field(std::string_view text) {
  std::string clean = well_formed_utf8(text);
  if (clean.find_first_of(",\"\r\n") == std::string::npos) return clean;
  std::string quoted = "\"";
  for (const char c : clean) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string csv_header() {
  std::string line;
  for_each_column(TrackReport{}, [&](std::string_view name, const auto&) {
    if (!line.empty()) line += ',';
    line += name;
  });
  return line;
}

std::string csv_row(const TrackReport& report) {
  std::string line;
  bool first = true;
  for_each_column(report, [&](std::string_view, const auto& value) {
    if (!std::exchange(first, false)) line += ',';
    line += value();
  });
  return line;
}

}  // namespace hitscope
