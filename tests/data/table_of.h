#pragma once

#include <string_view>
#include <utility>

#include "data/csv_reader.h"
#include "data/table.h"

namespace hitscope {

// A table from the text of a CSV file that has no errors.
[[nodiscard]] inline Table table_of(std::string_view text) {
  auto reader = CsvReader::from_text(text);
  return std::move(*Table::read(*reader));
}

}  // namespace hitscope
