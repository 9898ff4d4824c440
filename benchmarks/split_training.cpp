// Times the fit of the five models on the training part of a real split: the counterpart of
// peers/sklearn_training.py, same rows, same settings (recipe seed5), same work.
//
// usage: split_training TABLE.csv SPLIT.csv
//
// Outside the clock: reading the table, choosing the rows. Inside: scaling, and everything a fit needs. Each
// time is the median wall time of three fits on all processors. Prints one JSON object:
// {"all_five": seconds, "random_forest": seconds, "accuracy": {model: share of the test part}}; the
// accuracies are those of the very models that were timed, so that no speed is bought with them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "data/recipe.h"
#include "data/split.h"
#include "data/table.h"
#include "learn/members.h"
#include "learn/random_forest.h"
#include "learn/standard_scaler.h"
#include "learn/training_table.h"
#include "model/verdict.h"

namespace hitscope {
namespace {

template <typename T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "split_training: {}\n", result.error().message);
    std::exit(1);
  }
  return std::move(*result);
}

constexpr std::size_t kRepeats = 3;

// The fits keep what they made, so that none is optimised away and the last can be judged.
template <typename Fit>
double median_seconds(const Fit& fit) {
  std::vector<double> seconds;
  for (std::size_t i = 0; i < kRepeats; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    fit();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

Dataset training_data(const TrainingTable& table, const std::vector<std::uint32_t>& rows) {
  Dataset data;
  data.x = Matrix<float>(rows.size(), table.x.columns());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(table.x.row(rows[i]).begin(), table.x.columns(), data.x.row(i).begin());
    data.y.push_back(table.event[rows[i]]);
  }
  return data;
}

void run(const std::string& table_path, const std::string& split_path) {
  const Recipe recipe = must(load_recipe("seed5"));
  const Table file = must(Table::read(table_path, {}));
  const NamedSplit named = must(read_split(split_path, file));
  ArtistNumbers artists;
  const TrainingTable table = must(prepare_selection(file, named.selection, recipe, artists));
  const std::vector<TablePart> training = {{&table, named.split.train}};
  const Dataset raw = training_data(table, named.split.train);

  Members members;
  const double all_five =
      median_seconds([&] { members = must(fit_members(training, recipe, {.seed = recipe.seed})); });
  RandomForest forest;
  const double random_forest = median_seconds([&] {
    const Scaler scaler = must(fit_scaler(raw.x));
    Dataset scaled = raw;
    for (std::size_t r = 0; r < scaled.x.rows(); ++r) scaler.apply(raw.x.row(r), scaled.x.row(r));
    forest = must(
        fit_random_forest(scaled, {.n_estimators = recipe.random_forest.n_estimators, .seed = recipe.seed}));
  });

  const MemberScales scales = scales_of(members);
  std::array<std::size_t, kModelCount> right{};
  const auto values = member_values(members, table.x, named.split.test, 0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ModelProbabilities p = scales.probabilities(values[i]);
    const bool hit = table.event[named.split.test[i]] == 1;
    for (std::size_t m = 0; m < kModelCount; ++m) right[m] += (p[m] > 0.5) == hit ? 1 : 0;
  }
  std::string accuracy;
  for (std::size_t m = 0; m < kModelCount; ++m) {
    accuracy += fmt::format("{}\"{}\": {:.4f}", m == 0 ? "" : ", ", kModelNames[m],
                            static_cast<double>(right[m]) / static_cast<double>(values.size()));
  }
  fmt::print("{{\"all_five\": {:.4f}, \"random_forest\": {:.4f}, \"accuracy\": {{{}}}}}\n", all_five,
             random_forest, accuracy);
}

}  // namespace
}  // namespace hitscope

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: split_training TABLE.csv SPLIT.csv\n");
    return 2;
  }
  hitscope::run(argv[1], argv[2]);
  return 0;
}
