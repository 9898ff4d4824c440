// An analysis as the API shows it (docs/api/openapi.yaml, Analysis): the record of the history, and where its
// job stands now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/jobs.h"
#include "store/store.h"

namespace hitscope::server {

// AnalysisRecord::options of one that was answered from the history.
inline constexpr std::string_view kFromHistory = R"({"cached": true})";

// with_result: the whole report; lists leave it out.
[[nodiscard]] std::string analysis_json(const AnalysisRecord& record, const std::optional<JobStatus>& status,
                                        bool with_result);

[[nodiscard]] std::string rfc3339(std::int64_t ms);  // "2026-11-27T02:30:02.123Z"

}  // namespace hitscope::server
