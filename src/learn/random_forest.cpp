#include "learn/random_forest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/parallel.h"
#include "learn/decision_tree.h"
#include "learn/equal_rows.h"
#include "learn/tree_entry.h"

namespace hitscope {
namespace {

constexpr double kOobUnit = 0x1.0p32;

std::vector<double> row_weights(const Dataset& data, const std::array<double, 2>& class_weight) {
  if (data.weight.empty() && class_weight[0] == class_weight[1] && class_weight[0] > 0) return {};
  std::vector<double> weights(data.rows());
  for (std::size_t r = 0; r < weights.size(); ++r) {
    weights[r] = class_weight[data.y[r]] * (data.weight.empty() ? 1.0 : data.weight[r]);
  }
  return weights;
}

TreeParams tree_params_of(const RandomForestParams& params, std::size_t columns) {
  TreeParams tree;
  tree.criterion = params.criterion;
  tree.max_depth = params.max_depth;
  tree.min_samples_split = params.min_samples_split;
  tree.min_samples_leaf = params.min_samples_leaf;
  tree.max_features = params.max_features != 0
                          ? params.max_features
                          : static_cast<std::size_t>(std::sqrt(static_cast<double>(columns)));
  return tree;
}

}  // namespace

Result<RandomForestTraining> RandomForestTraining::start(const Dataset& data, const RankCode& code,
                                                         const RandomForestParams& params,
                                                         std::size_t n_workers) {
  if (auto valid = data.validate(); !valid) return tl::unexpected(valid.error());
  if (params.n_estimators == 0) {
    return fail(ErrorKind::recipe_invalid, "A random forest needs at least one tree.");
  }
  if (!std::ranges::all_of(params.class_weight, [](double w) { return std::isfinite(w) && w >= 0; })) {
    return fail(ErrorKind::recipe_invalid, "A class weight is negative or not a finite number.");
  }
  RandomForestTraining training(data, params);
  training.weights_ = row_weights(data, params.class_weight);
  if (!training.weights_.empty() && std::ranges::all_of(training.weights_, [](double w) { return w == 0; })) {
    return fail(ErrorKind::table_invalid, "The class weights leave no row to learn from.");
  }
  training.cumulative_.resize(training.weights_.size());
  std::partial_sum(training.weights_.begin(), training.weights_.end(), training.cumulative_.begin());
  training.tree_params_ = tree_params_of(params, data.columns());
  const bool nodes_count_rows = params.min_samples_split > 2 || params.min_samples_leaf > 1;
  if (params.bootstrap && !nodes_count_rows) training.first_equal_ = first_equal_rows(code, data.y);
  training.trees_.resize(params.n_estimators);
  const std::size_t oob_rows = params.oob_score && params.bootstrap ? data.rows() : 0;
  for (std::size_t w = 0; w < n_workers; ++w) {
    training.workers_.push_back({TreeGrower(code, data.y), {}, {}, {}, {}, {}, {}});
    training.workers_[w].oob_sum.resize(oob_rows);
    training.workers_[w].oob_trees.resize(oob_rows);
  }
  return training;
}

void RandomForestTraining::draw_sample(Random& random, std::vector<std::uint32_t>& counts) const {
  const std::size_t rows = data_->rows();
  counts.assign(rows, 0);
  if (cumulative_.empty()) {
    for (std::size_t i = 0; i < rows; ++i) ++counts[random.below(rows)];
    return;
  }
  // upper_bound never stops at a row of weight 0. The point is below the total but for rounding: hence the
  // last row that weighs something as a limit.
  const auto last = std::ranges::lower_bound(cumulative_, cumulative_.back());
  for (std::size_t i = 0; i < rows; ++i) {
    const double point = random.uniform() * cumulative_.back();
    const auto drawn = std::min(std::ranges::upper_bound(cumulative_, point), last);
    ++counts[static_cast<std::size_t>(drawn - cumulative_.begin())];
  }
}

void RandomForestTraining::grow(std::size_t tree, std::size_t worker_number) {
  Worker& worker = workers_[worker_number];
  Random random = Random(params_->seed).fork(tree);
  if (params_->bootstrap) {
    draw_sample(random, worker.counts);
  } else {
    worker.counts.assign(data_->rows(), 1);
  }
  const std::vector<std::uint32_t>* counts = &worker.counts;
  if (!first_equal_.empty()) {
    worker.merged.assign(data_->rows(), 0);
    for (std::size_t r = 0; r < data_->rows(); ++r) worker.merged[first_equal_[r]] += worker.counts[r];
    counts = &worker.merged;
  }
  if (!params_->bootstrap && !weights_.empty()) {
    trees_[tree] = worker.grower.grow(tree_params_, weights_, random);
  } else if (std::ranges::max(*counts) <= kEntryMaxCount) {
    worker.small_counts.assign(counts->begin(), counts->end());
    trees_[tree] = worker.grower.grow(tree_params_, worker.small_counts, random);
  } else {  // one row outweighs all others by far
    worker.weights.assign(counts->begin(), counts->end());
    trees_[tree] = worker.grower.grow(tree_params_, worker.weights, random);
  }
  for (std::size_t r = 0; r < worker.oob_sum.size(); ++r) {
    if (worker.counts[r] != 0) continue;
    worker.oob_sum[r] += static_cast<std::uint64_t>(double{trees_[tree].leaf(data_->x.row(r))} * kOobUnit);
    ++worker.oob_trees[r];
  }
}

void RandomForestTraining::score_out_of_bag(RandomForest& forest) const {
  std::size_t judged = 0;
  std::size_t right = 0;
  forest.oob_probability.assign(data_->rows(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t r = 0; r < data_->rows(); ++r) {
    std::uint64_t sum = 0;
    std::uint64_t trees = 0;
    for (const Worker& worker : workers_) {
      sum += worker.oob_sum[r];
      trees += worker.oob_trees[r];
    }
    if (trees == 0) continue;
    forest.oob_probability[r] = static_cast<double>(sum) / (kOobUnit * static_cast<double>(trees));
    ++judged;
    right += (forest.oob_probability[r] >= 0.5) == (data_->y[r] == 1) ? 1 : 0;
  }
  if (judged > 0) forest.oob_accuracy = static_cast<double>(right) / static_cast<double>(judged);
}

RandomForest RandomForestTraining::finish() {
  RandomForest forest;
  const double share = 1.0 / static_cast<double>(trees_.size());
  for (const GrownTree& tree : trees_) append_tree(forest.trees, tree, share);
  if (params_->oob_score && params_->bootstrap) score_out_of_bag(forest);
  return forest;
}

Result<RandomForest> fit_random_forest(const Dataset& data, const RankCode& code,
                                       const RandomForestParams& params) {
  auto training =
      RandomForestTraining::start(data, code, params, threads_for(params.n_estimators, params.n_threads));
  if (!training) return tl::unexpected(training.error());
  parallel_for(params.n_estimators, params.n_threads,
               [&](std::size_t tree, std::size_t worker) { training->grow(tree, worker); });
  return training->finish();
}

Result<RandomForest> fit_random_forest(const Dataset& data, const RandomForestParams& params) {
  const auto code = RankCode::of(data.x, params.n_threads);
  if (!code) return tl::unexpected(code.error());
  return fit_random_forest(data, *code, params);
}

}  // namespace hitscope
