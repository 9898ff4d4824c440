#include "server/analysis_json.h"

#include <fmt/format.h>

#include <chrono>

#include "report/json.h"

namespace hitscope::server {
namespace {

std::string text_or_null(const std::string& text) {
  return text.empty() ? "null" : json_string(text);
}

template <typename T>
std::string number_or_null(const std::optional<T>& value) {
  return value ? fmt::format("{}", *value) : "null";
}

std::string time_or_null(const std::optional<std::int64_t>& ms) {
  return ms ? json_string(rfc3339(*ms)) : "null";
}

std::string queue_json(const std::optional<JobStatus>& status) {
  if (!status || status->running || status->position == 0) return "null";
  return fmt::format(R"({{"position": {}, "eta_s": {}}})", status->position, number_or_null(status->eta_s));
}

std::string progress_json(const std::optional<JobStatus>& status) {
  if (!status || !status->running) return "null";
  if (status->fetching) {
    return fmt::format(
        R"({{"stage": "fetching", "done_s": null, "known_s": null, "bytes": {}, "total": {}}})",
        status->fetching->bytes, number_or_null(status->fetching->total));
  }
  const WorkProgress& progress = status->progress;
  const bool measuring = progress.stage == WorkProgress::Stage::measuring;
  return fmt::format(R"({{"stage": "{}", "done_s": {}, "known_s": {}}})", name_of(progress.stage),
                     measuring ? fmt::format("{:.2f}", progress.done_s) : "null",
                     number_or_null(progress.known_s));
}

std::string source_json(const AnalysisRecord& record) {
  return fmt::format(R"({{"kind": {}, "url": {}, "sha256": {}, "bytes": {}, "site": {}}})",
                     json_string(record.source_kind), text_or_null(record.source_url),
                     text_or_null(record.sha256),
                     record.sha256.empty() ? "null" : fmt::format("{}", record.bytes),
                     record.source_details.empty() ? "null" : record.source_details);
}

std::string summary_json(const AnalysisRecord& record) {
  if (record.state != AnalysisState::done) return "null";
  return fmt::format(R"({{"label": {}, "votes_for_hit": {}, "probability": {}, "duration_s": {}}})",
                     record.label ? json_string(*record.label) : "null", number_or_null(record.votes_for_hit),
                     number_or_null(record.probability), number_or_null(record.duration_s));
}

}  // namespace

std::string rfc3339(std::int64_t ms) {
  // Not fmt/chrono.h: Debian 13's is no valid C++ to clang-tidy.
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(ms)};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::string analysis_json(const AnalysisRecord& record, const std::optional<JobStatus>& status,
                          bool with_result) {
  const bool done = record.state == AnalysisState::done;
  const std::string self = "/v1/analyses/" + record.id;
  // The job knows a moment before the store that it runs.
  const std::string_view state = status && status->running ? "running" : name_of(record.state);
  const auto dna_link = [&](const char* suffix) { return done ? json_string(self + suffix) : "null"; };
  return fmt::format(R"({{"id": "{}", "state": "{}", "created_at": "{}", "finished_at": {}, "name": {}, )"
                     R"("source": {}, "cached": {}, "queue": {}, )"
                     R"("progress": {}, "summary": {}, "result": {}, "error": {}, "audio_kept_until": {}, )"
                     R"("links": {{"self": "{}", "events": "{}/events", "dna": {}, "dna_svg": {}}}}})",
                     record.id, state, rfc3339(record.created_ms), time_or_null(record.finished_ms),
                     json_string(record.name), source_json(record), record.options == kFromHistory,
                     queue_json(status), progress_json(status), summary_json(record),
                     with_result && !record.report.empty() ? record.report : "null",
                     record.error.empty() ? "null" : record.error,
                     record.spool_file.empty() || !done ? "null" : time_or_null(record.keep_audio_until_ms),
                     self, self, dna_link("/dna"), dna_link("/dna.svg"));
}

}  // namespace hitscope::server
