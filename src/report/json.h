// A report as JSON (DESIGN section 5): stable field names in a stable order, unknown = null, numbers that
// read back to the same double, UTF-8 always well-formed (what is not becomes U+FFFD in paths and tags).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "report/track_report.h"

namespace hitscope {

enum class JsonLayout {
  compact,   // one line, for JSON Lines
  readable,  // short objects and arrays stay on one line, longer ones are broken and indented by two
};

// Without a line feed at the end. `indent`: columns before every line but the first.
[[nodiscard]] std::string to_json(const TrackReport& report, JsonLayout layout, int indent = 0);

// The verdict alone, as it stands under "verdict" in a report.
[[nodiscard]] std::string to_json(const Verdict& verdict, const std::optional<ModelSummary>& model,
                                  JsonLayout layout, int indent = 0);

// A string as a JSON literal, quotes included.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace hitscope
