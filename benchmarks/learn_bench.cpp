// Fitting the learners to a made-up table of the reference split's size and kind: 40,614 rows of three
// continuous columns (21,000, 13,000 and 900 distinct values), twelve keys and two modes; labels that hang on
// the columns weakly, so that trees grow as deep as on real tracks.
#include <benchmark/benchmark.h>

#include <cmath>

#include "core/random.h"
#include "learn/joint_fit.h"

namespace hitscope {
namespace {

Dataset tracks() {
  constexpr std::size_t kRows = 40614;
  Random random(1);
  Dataset data;
  data.x = Matrix<float>(kRows, 5);
  const auto rounded = [&](double steps) {
    return static_cast<float>(std::round(random.normal() * steps) / steps);
  };
  for (std::size_t r = 0; r < kRows; ++r) {
    data.x(r, 0) = rounded(6000);
    data.x(r, 1) = rounded(2500);
    data.x(r, 2) = rounded(120);
    data.x(r, 3) = static_cast<float>(random.below(12));
    data.x(r, 4) = static_cast<float>(random.below(2));
    const double z = 0.3 * double{data.x(r, 1)} + 0.2 * std::sin(4 * double{data.x(r, 0)});
    data.y.push_back(random.uniform() < 1 / (1 + std::exp(-z)) ? 1 : 0);
  }
  return data;
}

const Dataset& table() {
  static const Dataset data = tracks();
  return data;
}

const RankCode& code() {
  static const RankCode ranks = *RankCode::of(table().x, 1);
  return ranks;
}

void rank_code(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(RankCode::of(table().x, 1));
}
BENCHMARK(rank_code)->Unit(benchmark::kMillisecond);

void decision_tree_depth_10(benchmark::State& state) {
  DecisionTreeParams params;
  params.tree.max_depth = 10;
  for (auto _ : state) benchmark::DoNotOptimize(fit_decision_tree(table(), code(), params));
}
BENCHMARK(decision_tree_depth_10)->Unit(benchmark::kMillisecond);

void random_forest_10_trees(benchmark::State& state) {
  RandomForestParams params;
  params.n_estimators = 10;
  params.n_threads = 1;
  for (auto _ : state) benchmark::DoNotOptimize(fit_random_forest(table(), code(), params));
}
BENCHMARK(random_forest_10_trees)->Unit(benchmark::kMillisecond);

void adaboost_100_stumps(benchmark::State& state) {
  AdaBoostParams params;
  params.n_estimators = 100;
  params.n_threads = 1;
  for (auto _ : state) benchmark::DoNotOptimize(fit_adaboost(table(), code(), params));
}
BENCHMARK(adaboost_100_stumps)->Unit(benchmark::kMillisecond);

void knn(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(fit_knn(table(), {}));
}
BENCHMARK(knn)->Unit(benchmark::kMillisecond);

void xgboost_100_trees(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(fit_xgboost(table(), {}));
}
BENCHMARK(xgboost_100_trees)->Unit(benchmark::kMillisecond);

// The five of the reference settings; the argument is the number of threads.
void all_five(benchmark::State& state) {
  JointParams params;
  params.random_forest.emplace();
  params.xgboost.emplace();
  params.adaboost.emplace().n_estimators = 100;
  params.knn.emplace();
  params.decision_tree.emplace().tree.max_depth = 10;
  params.n_threads = static_cast<unsigned>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(fit_jointly(table(), params));
}
BENCHMARK(all_five)->Arg(1)->Arg(2)->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hitscope
