// Tables of made-up tracks whose popularity follows a known rule, for the tests of the whole procedure.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "core/random.h"
#include "data/csv_reader.h"
#include "data/recipe.h"
#include "data/table.h"

namespace hitscope::testing {

struct MadeTableOptions {
  std::size_t rows = 1200;
  std::size_t rows_per_artist = 4;
  std::uint64_t seed = 1;
  double noise = 15;     // of popularity, in its own points
  std::string id = "t";  // begins every track id and artist, so tables share none unless they share this
  bool target = false;   // a target in place of popularity
};

// Energetic, loud tracks are popular: popularity = 30 + 40 (energy - 1/2) + 2 (loudness + 10) + noise,
// 0..100.
inline std::string made_csv(const MadeTableOptions& options) {
  Random random(options.seed);
  std::string csv =
      fmt::format("index,track_id,artist,title,genre,tempo,loudness,key,mode,energy,duration_ms,{}\n",
                  options.target ? "target" : "popularity");
  for (std::size_t r = 0; r < options.rows; ++r) {
    const double energy = random.uniform();
    const double loudness = -10 + 3 * random.normal();
    const double wanted = 30 + 40 * (energy - 0.5) + 2 * (loudness + 10) + options.noise * random.normal();
    const double popularity = std::clamp(std::round(wanted), 0.0, 100.0);
    csv += fmt::format("{},{}{},{}artist{},song{},g{},{:.3f},{:.3f},{},{},{:.4f},{},{}\n", r, options.id, r,
                       options.id, r / options.rows_per_artist, r, r % 3, 90 + 60 * random.uniform(),
                       loudness, random.below(12), random.below(2), energy, 120000 + random.below(180000),
                       options.target ? (popularity >= 30 ? 1 : 0) : popularity);
  }
  return csv;
}

inline Table table_of(std::string_view csv) {
  auto reader = CsvReader::from_text(csv);
  auto table = Table::read(*reader);
  return std::move(*table);
}

inline Table made_table(const MadeTableOptions& options) {
  return table_of(made_csv(options));
}

// A recipe that trains in a moment.
inline Recipe small_recipe(const std::string& more = "") {
  auto recipe = parse_recipe(R"(
name = "small"
features = ["tempo", "loudness", "key", "mode", "energy", "duration_ms"]
seed = 7
event_popularity = 30
)" + more + R"(
[random_forest]
n_estimators = 20
min_samples_leaf = 10
[xgboost]
n_estimators = 20
max_depth = 3
[adaboost]
n_estimators = 20
[knn]
n_neighbors = 25
[decision_tree]
max_depth = 4
min_samples_leaf = 20
)");
  return std::move(*recipe);
}

}  // namespace hitscope::testing
