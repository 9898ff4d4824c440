// Reports as a flat CSV table (RFC 4180, LF): one header, one row a track, the same columns in the same order
// whatever was measured. Unknown = empty field. Numbers read back to the same double; UTF-8 always
// well-formed. Lists (warnings) are joined by "; "; candidates are left to JSON.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "report/track_report.h"

namespace hitscope {

// Both without the line feed at the end.
[[nodiscard]] std::string csv_header();
[[nodiscard]] std::string csv_row(const TrackReport& report);

// A field, quoted where commas, quotes or line breaks ask for it.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace hitscope
