// Which labelled rows teach and which test. Positions are into a Selection's rows (and so into its matrix).
//
//   stratified   a random share of each class. Two rows of one song or artist may fall on both sides: on
//                tables with duplicates this leaks, and the score it gives is named after that.
//   folds        k folds by group; with artist groups, no artist is on both sides.
//   split file   a CSV with the columns index, part ("train" or "test") and hit: someone else's split, by the
//                table's column `index`.
// Leaving one table out needs no draw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/error.h"
#include "data/stages.h"
#include "data/table.h"

namespace hitscope {

struct Split {
  std::vector<std::uint32_t> train;  // ascending
  std::vector<std::uint32_t> test;
};

// Each class gives round(test_share * its rows) to the test part.
[[nodiscard]] Split stratified_split(std::span<const std::uint8_t> hit, double test_share,
                                     std::uint64_t seed);

// The group of each selected row: rows of the same primary artist share a number; rows without an artist are
// groups of their own, and so is every row of a table without that column.
[[nodiscard]] std::vector<std::uint32_t> artist_groups(const Table& table,
                                                       std::span<const std::uint32_t> rows);

// The fold (0 .. folds - 1) of each row: whole groups in random order, each to the fold with fewest rows.
[[nodiscard]] std::vector<std::uint32_t> grouped_folds(std::span<const std::uint32_t> groups,
                                                       std::size_t folds, std::uint64_t seed);
// The rows of one fold as the test part, the others as the training part.
[[nodiscard]] Split fold_split(std::span<const std::uint32_t> folds, std::uint32_t test_fold);

// A split file applied to a table: the selection it names, in the file's own order (which neighbours' ties
// and XGBoost's bins depend on, a little), with its labels, and who is where.
struct NamedSplit {
  Selection selection;
  Split split;
};
// Errors: not_found, unreadable, table_invalid (a column is missing; an index that the table lacks or that
// stands twice; a part other than train and test; a hit other than 0 and 1).
[[nodiscard]] Result<NamedSplit> read_split(const std::filesystem::path& path, const Table& table);

}  // namespace hitscope
