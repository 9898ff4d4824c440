// Breiman's random forest: scikit-learn's RandomForestClassifier.
//
// Every tree sees a bootstrap sample (as many draws as there are rows, with replacement, kept as a count per
// row) and at every node looks at `max_features` randomly drawn columns; the forest's probability is the mean
// of the trees' leaf shares. Row and class weights steer the draw, as in scikit-learn from 1.9 on: a row is
// drawn with probability proportional to weight x class weight. Without bootstrap they weigh inside the
// trees.
//
// Tree t draws from its own stream of random numbers, seed forked by t: the same seed gives the same forest
// whatever the number of threads.
//
// The out-of-bag estimate asks each row only those trees whose sample missed it (each misses 1/e = 37 % of
// the rows): an honest test score without a test set, as long as the rows are independent of each other.
//
// Result: a TreeEnsemble with leaves of share / n_estimators, base 0, identity link.
// Source: Breiman, "Random Forests", Machine Learning 45, 2001.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "learn/dataset.h"
#include "learn/rank_code.h"
#include "learn/tree_grower.h"
#include "model/tree_ensemble.h"

namespace hitscope {

struct RandomForestParams {
  std::size_t n_estimators = 100;
  Criterion criterion = Criterion::gini;
  std::size_t max_depth = 0;  // 0: unlimited
  std::size_t min_samples_split = 2;
  std::size_t min_samples_leaf = 1;
  std::size_t max_features = 0;  // 0: the square root of the number of columns, rounded down
  bool bootstrap = true;
  std::array<double, 2> class_weight = {1, 1};  // of flops, of hits
  bool oob_score = false;
  unsigned n_threads = 0;  // 0: one per processor
  std::uint64_t seed = 0;
};

struct RandomForest {
  TreeEnsemble trees;
  // With oob_score and bootstrap: each row's P(hit) by the trees that did not see it, NaN for a row all saw;
  // and the share of rows it labels rightly, rows all trees saw left out. Else empty and 0.
  std::vector<double> oob_probability;
  double oob_accuracy = 0;
};

// `code` is that of data.x. Errors: table_invalid (see Dataset::validate; also class weights that leave no
// row any weight), recipe_invalid (no trees, a class weight that is negative or not finite).
[[nodiscard]] Result<RandomForest> fit_random_forest(const Dataset& data, const RankCode& code,
                                                     const RandomForestParams& params);
[[nodiscard]] Result<RandomForest> fit_random_forest(const Dataset& data, const RandomForestParams& params);

// The same in steps, for whoever has other work to share threads with (joint_fit.h): grow every tree once, in
// any order, each worker from one thread at a time; then finish.
class RandomForestTraining {
 public:
  // All are kept by reference and must outlive the training. Errors: those of fit_random_forest.
  [[nodiscard]] static Result<RandomForestTraining> start(const Dataset& data, const RankCode& code,
                                                          const RandomForestParams& params,
                                                          std::size_t n_workers);

  // tree < params.n_estimators, worker < n_workers.
  void grow(std::size_t tree, std::size_t worker);
  [[nodiscard]] RandomForest finish();

 private:
  struct Worker {
    TreeGrower grower;
    std::vector<std::uint32_t> counts;  // how often each row is in the tree's sample
    std::vector<std::uint32_t> merged;  // the same, equal rows counted together
    std::vector<std::uint16_t> small_counts;
    std::vector<double> weights;
    // Out of bag, per row: what its trees say, in whole 2^-32ths so that no order of threads can change the
    // sum, and how many they are.
    std::vector<std::uint64_t> oob_sum;
    std::vector<std::uint32_t> oob_trees;
  };

  RandomForestTraining(const Dataset& data, const RandomForestParams& params)
      : data_(&data), params_(&params) {}
  void draw_sample(Random& random, std::vector<std::uint32_t>& counts) const;
  void score_out_of_bag(RandomForest& forest) const;

  const Dataset* data_;
  const RandomForestParams* params_;
  TreeParams tree_params_;
  std::vector<double> weights_;             // of rows times classes; empty where all weigh the same
  std::vector<double> cumulative_;          // sums of weights_
  std::vector<std::uint32_t> first_equal_;  // see equal_rows.h; empty where nodes count rows
  std::vector<Worker> workers_;
  std::vector<GrownTree> trees_;
};

}  // namespace hitscope
