// Reads CSV tables strictly, one row at a time: RFC 4180 and nothing looser.
//
// Fields are separated by commas; a field may be quoted, and then hold commas, line breaks and doubled
// quotes. Lines end in LF or CRLF, mixed at will; the last one may lack its end, and blank lines at the end
// are ignored. A UTF-8 byte order mark is skipped. What a looser reader would guess at is refused: a quote
// inside an unquoted field, text after a closing quote, a quote that never closes, a lone CR, a NUL byte,
// bytes that are not UTF-8, a row with more or fewer fields than the header, two columns of one name.
//
// Every error is table_invalid and says where: line and column as text editors count them, from 1, the column
// in bytes. Memory is bounded by the longest row (CsvLimits), not by the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace hitscope {

struct CsvLimits {
  std::size_t max_field_bytes = std::size_t{1} << 20U;
  std::size_t max_row_bytes = std::size_t{4} << 20U;
  std::size_t max_columns = 4096;
};

// A place in the file: physical line and byte within it, both from 1.
struct CsvPosition {
  std::uint64_t line = 1;
  std::uint64_t column = 1;
};

class CsvReader {
 public:
  // Reads the header. Errors: not_found, unreadable, table_invalid.
  static Result<CsvReader> open(const std::filesystem::path& path, const CsvLimits& limits = {});
  // The same on text in memory, which is copied.
  static Result<CsvReader> from_text(std::string_view text, const CsvLimits& limits = {});

  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;
  ~CsvReader();

  [[nodiscard]] const std::vector<std::string>& header() const;

  // Steps to the next row; false at the end. Errors: unreadable, table_invalid; after one, do not go on.
  [[nodiscard]] Result<bool> next();

  // The current row, as many fields as the header; valid until the next call of next().
  [[nodiscard]] std::span<const std::string_view> fields() const;
  // Where field `index` of the current row starts.
  [[nodiscard]] CsvPosition position(std::size_t index) const;

 private:
  class Impl;
  explicit CsvReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// "line 12, column 5"
[[nodiscard]] std::string to_string(CsvPosition position);

}  // namespace hitscope
