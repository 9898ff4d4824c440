// What the columns of a foreign table are to us, as typed: --column tempo=BPM --column loudness=dB.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "data/schema.h"

namespace hitscope::cli {

// Errors: table_invalid.
[[nodiscard]] Result<std::vector<ColumnMapping>> parse_columns(const std::vector<std::string>& columns);

}  // namespace hitscope::cli
