// How good a recipe is, by a protocol that says what was held out: the one call behind `hitscope evaluate`.
//
//   random    a random share of the rows, stratified. On tables with copies of songs this leaks; it is the
//             protocol of the best-known figures.
//   split     the same with a split made elsewhere (data/split.h).
//   grouped   folds by artist within the first table that has popularity: no artist is on both sides. Members
//             learn that table's event from that table alone.
//   transfer  each table held out in turn, its songs removed from the others, from which members learn the
//             recipe's lessons. A table is judged by its own median popularity or its target.
//
// The main scores are from inputs as the tables have them, comparable with anyone's. Where the recipe matches
// serving and the measured tables are given, the same follows with inputs as they are served; and in the
// grouped protocol, where there are several tables, what the served bundle's way of learning gives on the
// same rows.
//
// Every member is scored alone, beside the hard vote (share of five votes), the soft vote (mean of five
// probabilities), the consensus, and baselines. Scores are taken under the balanced prior (metrics.h).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "data/recipe.h"
#include "data/schema.h"
#include "data/stages.h"
#include "learn/ensemble.h"
#include "learn/judged_rows.h"

namespace hitscope {

enum class Protocol { random, grouped, transfer, split };
[[nodiscard]] std::string_view name_of(Protocol protocol);

struct EvaluateOptions {
  std::vector<std::filesystem::path> data;
  std::vector<ColumnMapping> mappings;
  Recipe recipe;
  Protocol protocol = Protocol::grouped;
  std::filesystem::path split_file;  // of Protocol::split
  LearnOptions learn;
};

// What happened to the rows of one table before learning.
struct TableStages {
  std::string table;
  std::vector<StageReport> stages;
};

struct Evaluation {
  std::string recipe;
  Protocol protocol = Protocol::grouped;
  std::string note;  // the recipe's
  std::vector<std::string> features;
  bool matched_inputs = false;  // all tables here were judged with inputs as served
  std::size_t rows = 0;         // judged, over all tables
  // The first table's scores; over several tables (transfer) their means, intervals averaged alike.
  std::vector<NamedScores> models;
  std::vector<NamedScores> baselines;
  std::vector<TableEvaluation> tables;
  std::vector<TableStages> stages;
};

// Errors: those of read_materials, read_split and fit_ensemble; table_invalid (the protocol needs a table or
// a column that is not there).
[[nodiscard]] Result<Evaluation> evaluate(const EvaluateOptions& options);

// The contract of DESIGN section 5: {"recipe", "protocol", "rows", "models", "baselines", "tables"}.
[[nodiscard]] std::string to_json(const Evaluation& evaluation, int indent = 2);
[[nodiscard]] std::string to_markdown(const Evaluation& evaluation);

}  // namespace hitscope
