// A table in memory: named columns of numbers and of interned texts, read from CSV through a schema.
//
// A missing number (an empty field, or "nan", "null", "none", "na" in any case) is NaN; a missing text is
// kNoText. Texts are kept once each: a column holds ids into the table's own pool, so comparing artists is
// comparing integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/matrix.h"
#include "data/csv_reader.h"
#include "data/schema.h"

namespace hitscope {

using TextId = std::uint32_t;
inline constexpr TextId kNoText = 0;  // the empty text

class TextPool {
 public:
  TextPool();
  TextPool(const TextPool&) = delete;  // the keys are views into texts_
  TextPool& operator=(const TextPool&) = delete;
  TextPool(TextPool&&) noexcept = default;
  TextPool& operator=(TextPool&&) noexcept = default;
  ~TextPool() = default;

  TextId intern(std::string_view text);
  [[nodiscard]] std::string_view text(TextId id) const { return texts_[id]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  std::deque<std::string> texts_;  // a deque, so that the views that are the keys stay valid
  std::unordered_map<std::string_view, TextId> ids_;
};

class Table {
 public:
  explicit Table(TableSchema schema) : schema_(std::move(schema)) {}

  // Errors: those of CsvReader and resolve_schema; table_invalid (a field of a number column that is no
  // finite number, with line, column and the column's name; more than 2^32 - 1 rows).
  static Result<Table> read(const std::filesystem::path& path, std::span<const ColumnMapping> mappings = {});
  static Result<Table> read(CsvReader& reader, std::span<const ColumnMapping> mappings = {});

  [[nodiscard]] const TableSchema& schema() const { return schema_; }
  [[nodiscard]] const std::string& name() const { return schema_.name; }
  [[nodiscard]] std::size_t rows() const { return fingerprints_.size(); }

  // Empty when the table has no such column.
  [[nodiscard]] std::span<const double> numbers(std::string_view column) const;
  [[nodiscard]] std::span<const TextId> texts(std::string_view column) const;
  [[nodiscard]] bool has(std::string_view column) const;
  [[nodiscard]] std::string_view text(TextId id) const { return pool_.text(id); }

  // A 64-bit hash (FNV-1a) of all of a row's fields as they stood in the file, but for `index`, which only
  // numbers the rows: equal fingerprints are taken as exact copies.
  [[nodiscard]] std::span<const std::uint64_t> fingerprints() const { return fingerprints_; }
  // The same over the whole table, in order: what a bundle states of the data it was trained on.
  [[nodiscard]] std::uint64_t fingerprint() const;

  // rows x columns, in the order given. Errors: table_invalid (the table lacks a column).
  [[nodiscard]] Result<Matrix<float>> matrix(std::span<const std::string> columns,
                                             std::span<const std::uint32_t> rows) const;

 private:
  struct NumberColumn {
    std::string name;
    std::vector<double> values;
  };
  struct TextColumn {
    std::string name;
    std::vector<TextId> values;
  };

  TableSchema schema_;
  TextPool pool_;
  std::vector<NumberColumn> numbers_;
  std::vector<TextColumn> texts_;
  std::vector<std::uint64_t> fingerprints_;
};

}  // namespace hitscope
