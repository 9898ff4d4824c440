// A table made ready for learning and judging: a recipe's features, keys of artists and songs, and the labels
// that the table can give.
//
// Three kinds of label stand side by side for every row, because what is learned, what is predicted and what
// a foreign table can be judged by are not the same:
//   event    popularity >= the recipe's threshold: what the product's probability speaks of
//   own      at or above the table's own median popularity (popularity 0 left out), or the table's target:
//            by this a table that the models never saw is judged
//   lessons  the recipe's lessons, one label each: what members learn from several tables together
// A row for which a rule gives nothing has kNoLabel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.h"
#include "core/matrix.h"
#include "data/recipe.h"
#include "data/split.h"
#include "data/stages.h"
#include "data/table.h"

namespace hitscope {

inline constexpr std::uint8_t kNoLabel = 2;

// Numbers artists across tables, so that folds keep an artist on one side in all of them at once.
class ArtistNumbers {
 public:
  // Rows without an artist get a number of their own each.
  std::uint32_t number(std::string_view artist);
  [[nodiscard]] std::uint32_t size() const { return next_; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::uint32_t next_ = 0;
};

// The names under which a row's song may be known, hashed: its track id, and artist and title. 0: unknown.
using SongNames = std::array<std::uint64_t, 2>;

struct TrainingTable {
  std::string name;
  std::size_t source_rows = 0;      // of the file
  std::vector<std::uint32_t> rows;  // which of the file's rows these are
  Matrix<float> x;                  // rows x the recipe's features, raw units
  Matrix<float> clean_x;            // x as the file has it, where match_serving() changed x; else empty
  std::vector<std::string> filled;  // features the table lacks; their column holds a constant
  std::vector<std::uint8_t> event;
  std::vector<std::uint8_t> own;
  std::vector<std::vector<std::uint8_t>> lessons;  // parallel to the recipe's lessons
  std::vector<std::uint32_t> artist;
  std::vector<SongNames> songs;
  std::vector<std::uint32_t> genre;  // index into genres; empty where the table has none
  std::vector<std::string> genres;
  std::vector<StageReport> stages;

  [[nodiscard]] std::size_t size() const { return rows.size(); }
  [[nodiscard]] bool has_event() const;  // some row of either class
  [[nodiscard]] bool has_own() const;
};

// Runs the recipe's stages over a table: nulls in its features, the energy filter, duplicates (rules whose
// columns the table lacks are skipped, and said so), then the labels. A feature that the table lacks is
// filled with a neutral constant (time_signature 4; others: an error) and listed in `filled`: a model trained
// on that table alone cannot split on it.
// Errors: table_invalid (no rows left, a feature is missing, neither popularity nor target).
[[nodiscard]] Result<TrainingTable> prepare_table(const Table& table, const Recipe& recipe,
                                                  ArtistNumbers& artists);

// The rows of `table` whose songs do not stand in `other`.
[[nodiscard]] std::vector<std::uint32_t> rows_without_songs_of(const TrainingTable& table,
                                                               const TrainingTable& other);

// The same rows for a split made elsewhere: no stage is run, the event is the split's label.
[[nodiscard]] Result<TrainingTable> prepare_selection(const Table& table, const Selection& selection,
                                                      const Recipe& recipe, ArtistNumbers& artists);

}  // namespace hitscope
