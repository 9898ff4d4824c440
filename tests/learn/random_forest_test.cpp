#include "learn/random_forest.h"

#include <gtest/gtest.h>

#include <cmath>

#include "learn/decision_tree.h"
#include "learn/synthetic.h"

namespace hitscope {
namespace {

using testing::accuracy_of;
using testing::noisy_table;
using testing::table;

RandomForestParams small_forest() {
  RandomForestParams params;
  params.n_estimators = 30;
  params.n_threads = 2;
  return params;
}

double mean_probability(const RandomForest& forest, const Dataset& data) {
  double sum = 0;
  for (std::size_t r = 0; r < data.rows(); ++r) sum += forest.trees.probability(data.x.row(r));
  return sum / static_cast<double>(data.rows());
}

TEST(RandomForest, SameSeedSameForestWhateverTheThreads) {
  const Dataset data = noisy_table(800, 1);
  RandomForestParams params = small_forest();
  params.oob_score = true;
  params.n_threads = 1;
  const RandomForest one = *fit_random_forest(data, params);
  for (const unsigned threads : {2U, 4U}) {
    params.n_threads = threads;
    const RandomForest many = *fit_random_forest(data, params);
    EXPECT_EQ(many.trees.feature, one.trees.feature);
    EXPECT_EQ(many.trees.threshold, one.trees.threshold);
    EXPECT_EQ(many.trees.left, one.trees.left);
    EXPECT_EQ(many.oob_probability, one.oob_probability);
  }
  params.seed = 1;
  EXPECT_NE(fit_random_forest(data, params)->trees.feature, one.trees.feature);
}

TEST(RandomForest, BeatsItsTreesAndComesNearTheBestPossible) {
  const Dataset train = noisy_table(4000, 2);
  const Dataset test = noisy_table(4000, 3);
  // The best possible rule knows the true probability.
  std::size_t right = 0;
  for (std::size_t r = 0; r < test.rows(); ++r) {
    const auto x = test.x.row(r);
    right += (2 * x[0] + x[1] * x[2] + x[4] / 2 >= 0) == (test.y[r] == 1) ? 1 : 0;
  }
  const double best = static_cast<double>(right) / static_cast<double>(test.rows());
  const double forest = accuracy_of(fit_random_forest(train, small_forest())->trees, test);
  EXPECT_GT(forest, accuracy_of(*fit_decision_tree(train, {}), test));
  EXPECT_GT(forest, best - 0.05);
}

TEST(RandomForest, OutOfBagForetellsTheTestScore) {
  const Dataset train = noisy_table(4000, 4);
  RandomForestParams params = small_forest();
  params.n_estimators = 60;
  params.oob_score = true;
  const RandomForest forest = *fit_random_forest(train, params);
  // Two standard deviations of a share of 4000 rows are 0.013 on either side.
  EXPECT_NEAR(forest.oob_accuracy, accuracy_of(forest.trees, noisy_table(4000, 5)), 0.026);
  EXPECT_GT(accuracy_of(forest.trees, train), 0.98);
}

TEST(RandomForest, OutOfBagAsksOnlyTreesThatMissedTheRow) {
  // With one tree 1/e of the rows are out of its bag; the others stay unjudged.
  RandomForestParams params;
  params.n_estimators = 1;
  params.oob_score = true;
  const RandomForest forest = *fit_random_forest(noisy_table(4000, 6), params);
  double judged = 0;
  for (const double p : forest.oob_probability) judged += std::isnan(p) ? 0 : 1;
  EXPECT_NEAR(judged / 4000, std::exp(-1.0), 0.03);
}

TEST(RandomForest, WithoutBootstrapAndWithAllColumnsIsOneTree) {
  const Dataset data = noisy_table(500, 7);
  RandomForestParams params = small_forest();
  params.bootstrap = false;
  params.max_features = 5;
  params.max_depth = 2;  // shallow: deeper nodes hold few rows, where splits of equal gain abound
  DecisionTreeParams tree_params;
  tree_params.tree.max_depth = 2;
  const RandomForest forest = *fit_random_forest(data, params);
  const TreeEnsemble tree = *fit_decision_tree(data, tree_params);
  for (std::size_t r = 0; r < data.rows(); ++r) {
    EXPECT_NEAR(forest.trees.probability(data.x.row(r)), tree.probability(data.x.row(r)), 1e-6);
  }
}

TEST(RandomForest, RowsOfWeightZeroAreNeverSeen) {
  Dataset data = noisy_table(1000, 8);
  // Every other row lies about its label, and weighs nothing.
  for (std::size_t r = 0; r < data.rows(); ++r) {
    data.weight.push_back(static_cast<double>(r % 2));
    if (r % 2 == 0) data.y[r] = 1 - data.y[r];
  }
  for (const bool bootstrap : {true, false}) {
    RandomForestParams params = small_forest();
    params.bootstrap = bootstrap;
    const Dataset test = noisy_table(1000, 9);
    EXPECT_GT(accuracy_of(fit_random_forest(data, params)->trees, test), 0.68);
  }
}

TEST(RandomForest, ClassWeightsActLikeWeightsOnThatClassesRows) {
  Dataset data = noisy_table(2000, 10);
  RandomForestParams params = small_forest();
  params.min_samples_leaf = 20;
  const RandomForest plain = *fit_random_forest(data, params);
  params.class_weight = {1, 3};
  const RandomForest by_class = *fit_random_forest(data, params);
  params.class_weight = {1, 1};
  for (const std::uint8_t label : data.y) data.weight.push_back(label == 1 ? 3 : 1);
  const RandomForest by_row = *fit_random_forest(data, params);
  EXPECT_EQ(by_class.trees.threshold, by_row.trees.threshold);
  EXPECT_GT(mean_probability(by_class, data), mean_probability(plain, data) + 0.1);
}

TEST(RandomForest, RefusesWhatItCannotFit) {
  const Dataset data = table(1, {1, 2}, {0, 1});
  RandomForestParams params;
  params.n_estimators = 0;
  EXPECT_EQ(fit_random_forest(data, params).error().kind, ErrorKind::recipe_invalid);
  params.n_estimators = 1;
  params.class_weight = {1, -1};
  EXPECT_EQ(fit_random_forest(data, params).error().kind, ErrorKind::recipe_invalid);
  params.class_weight = {0, 0};
  EXPECT_EQ(fit_random_forest(data, params).error().kind, ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
