#include "cli/columns.h"

#include <utility>

namespace hitscope::cli {

Result<std::vector<ColumnMapping>> parse_columns(const std::vector<std::string>& columns) {
  std::vector<ColumnMapping> mappings;
  for (const std::string& column : columns) {
    Result<ColumnMapping> mapping = parse_mapping(column);
    if (!mapping) return tl::unexpected(std::move(mapping.error()));
    mappings.push_back(std::move(*mapping));
  }
  return mappings;
}

}  // namespace hitscope::cli
