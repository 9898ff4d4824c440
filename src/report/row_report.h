// The verdict on one row of a table of attributes, in each format of `predict --attributes`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "model/verdict.h"
#include "report/json.h"
#include "report/track_report.h"

namespace hitscope {

struct RowReport {
  std::size_t row = 0;  // in the table's order, from 0
  Verdict verdict;
};

// All without the line feed at the end.
[[nodiscard]] std::string row_csv_header();  // row,label,votes_for_hit,probability
[[nodiscard]] std::string row_csv(const RowReport& report);
[[nodiscard]] std::string row_json(const RowReport& report, const std::optional<ModelSummary>& model,
                                   JsonLayout layout, int indent = 0);
[[nodiscard]] std::string row_text(const RowReport& report, bool colour);  // one line

}  // namespace hitscope
