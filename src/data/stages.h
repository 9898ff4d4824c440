// From a table to labelled rows: a run of stages, each of which says how many rows went in and came out.
//
// A Selection is the rows of one table still in play. Stages shrink it in place and add their report, so that
// a recipe's whole preparation can be printed and checked: of the 114,000 rows of the Spotify Tracks Dataset
// 110,495 have energy > 0.1, 25,384 of those a popularity below 15, and 50,768 are left after balancing.
// Rows keep their order; only undersample and splits draw random numbers, from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "data/table.h"

namespace hitscope {

struct StageReport {
  std::string name;
  std::size_t rows_in = 0;
  std::size_t rows_out = 0;
  std::string note;
};

struct Selection {
  std::vector<std::uint32_t> rows;  // indices into the table, ascending
  std::vector<std::uint8_t> hit;    // 1 hit, 0 flop, parallel to rows; empty until label_rows
  std::vector<StageReport> stages;

  static Selection all(const Table& table);
  [[nodiscard]] std::size_t hits() const;
};

// What makes two rows duplicates of each other.
enum class DuplicateRule {
  row,       // every field the same
  track_id,  // the same recording under several genres or playlists
  song,      // the same artist and title (song_key.h): other releases of it
};

// How a row's label is told from its table.
enum class LabelRule {
  popularity_threshold,  // popularity >= threshold
  table_median,          // popularity at or above the median of the selected rows
  genre_median,          // the same within the row's genre
  outer_thirds,          // the upper third of popularity is a hit, the lower a flop, the middle is left out
  target,                // the table says so: target 1 or 0
};

struct LabelSpec {
  LabelRule rule = LabelRule::popularity_threshold;
  double threshold = 15;
  bool drop_unheard = false;  // leave out rows of popularity 0: often a release nobody lists, not a flop
};

// Every stage: table_invalid where the table lacks a column that it needs.

// Null sanitation: keeps rows in which none of these columns is missing.
Result<void> drop_nulls(const Table& table, std::span<const std::string> columns, Selection& selection);

// Keeps rows with column > bound. `energy > 0.1` drops silence and speech.
Result<void> keep_above(const Table& table, std::string_view column, double bound, Selection& selection);

// Keeps one row of each set of duplicates: the most popular one (the first of equals, and where the table has
// no popularity), because the same song's other releases say nothing of whether it found an audience.
Result<void> drop_duplicates(const Table& table, DuplicateRule rule, Selection& selection);

// Sets `hit`; drops rows that the rule gives no label. Errors also: a target other than 0 and 1.
Result<void> label_rows(const Table& table, const LabelSpec& spec, Selection& selection);

// As many hits as flops: rows of the larger class are drawn without replacement. Needs labels.
void undersample(std::uint64_t seed, Selection& selection);

[[nodiscard]] std::string_view name_of(DuplicateRule rule);
[[nodiscard]] std::string_view name_of(LabelRule rule);

}  // namespace hitscope
