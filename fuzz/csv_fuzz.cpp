// Any bytes as a table: rows or a typed error, never a crash, and every field lies within the input.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/csv_reader.h"
#include "data/table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hitscope::CsvLimits limits{.max_field_bytes = 4096, .max_row_bytes = 16384, .max_columns = 64};
  auto reader = hitscope::CsvReader::from_text(text, limits);
  if (!reader) {
    if (reader.error().kind != hitscope::ErrorKind::table_invalid) std::abort();
    return 0;
  }
  const auto table = hitscope::Table::read(*reader);
  if (!table && table.error().kind != hitscope::ErrorKind::table_invalid) std::abort();
  return 0;
}
