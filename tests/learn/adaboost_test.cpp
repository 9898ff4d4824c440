#include "learn/adaboost.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "learn/synthetic.h"

namespace hitscope {
namespace {

using testing::accuracy_of;
using testing::noisy_table;
using testing::table;

double sigmoid_of(double x) {
  return 1 / (1 + std::exp(-x));
}

double probability_at(const TreeEnsemble& model, float x) {
  return model.probability(std::array{x});
}

AdaBoostParams rounds(std::size_t n) {
  AdaBoostParams params;
  params.n_estimators = n;
  return params;
}

// x 0..6, labels 0 0 1 0 1 1 1.
// Round 1, all weights equal: impurity (sum of 2 w p (1 - p) over both sides, in rows) is 1.5 at 3.5, 1.6 at
// 1.5, more elsewhere. The stump at 3.5 errs on x = 2 only: e = 1/7, vote ln 6, and that row now weighs 6
// against 1 for each other.
// Round 2: impurity is 1.8 at 1.5 and 4 at 3.5. The stump at 1.5 errs on x = 3 only: e = 1/12, vote ln 11.
const Dataset kSeven = table(1, {0, 1, 2, 3, 4, 5, 6}, {0, 0, 1, 0, 1, 1, 1});

TEST(AdaBoost, VotesAsWorkedOutByHand) {
  const TreeEnsemble model = *fit_adaboost(kSeven, rounds(2));
  ASSERT_EQ(model.roots.size(), 2U);
  EXPECT_EQ(model.threshold[model.roots[0]], 3.5F);
  EXPECT_EQ(model.threshold[model.roots[1]], 1.5F);
  const double a1 = std::log(6.0);
  const double a2 = std::log(11.0);
  EXPECT_NEAR(probability_at(model, 0), sigmoid_of(-2), 1e-6);
  EXPECT_NEAR(probability_at(model, 2), sigmoid_of(2 * (a2 - a1) / (a1 + a2)), 1e-6);
  EXPECT_NEAR(probability_at(model, 5), sigmoid_of(2), 1e-6);
}

TEST(AdaBoost, LearningRateScalesTheVotes) {
  AdaBoostParams params = rounds(2);
  params.learning_rate = 0.5;
  const TreeEnsemble model = *fit_adaboost(kSeven, params);
  // The wrong row's weight grows by sqrt(6) only. Impurity is 1.69 at 1.5 and 2.70 at 3.5: again the stump at
  // 1.5, which errs on one plain row.
  const double a1 = 0.5 * std::log(6.0);
  const double e2 = 1 / (6 + std::sqrt(6.0));
  const double a2 = 0.5 * std::log((1 - e2) / e2);
  EXPECT_EQ(model.threshold[model.roots[1]], 1.5F);
  EXPECT_NEAR(probability_at(model, 2), sigmoid_of(2 * (a2 - a1) / (a1 + a2)), 1e-6);
}

TEST(AdaBoost, StopsWhenATreeIsPerfect) {
  const TreeEnsemble model = *fit_adaboost(table(1, {0, 1, 2, 3}, {0, 0, 1, 1}), rounds(10));
  EXPECT_EQ(model.roots.size(), 1U);
  EXPECT_NEAR(probability_at(model, 3), sigmoid_of(2), 1e-6);
}

TEST(AdaBoost, StopsWhenNoTreeBeatsChance) {
  // Two rows that cannot be told apart.
  const auto hopeless = fit_adaboost(table(1, {1, 1}, {0, 1}), rounds(5));
  ASSERT_FALSE(hopeless);
  EXPECT_EQ(hopeless.error().kind, ErrorKind::table_invalid);
  // Constant column, labels 2 : 1. Round 1 says flop (e = 1/3), after which both labels weigh the same but
  // for rounding: whatever follows has a vote of nearly 0.
  const TreeEnsemble model = *fit_adaboost(table(1, {1, 1, 1}, {0, 0, 1}), rounds(5));
  EXPECT_NEAR(probability_at(model, 1), sigmoid_of(-2), 1e-6);
}

TEST(AdaBoost, StumpsEqualTreesOfDepthOne) {
  // The fast search for stumps against the general tree grower: a depth of 2 on a single two-valued column
  // cannot do more than a stump.
  Dataset data = noisy_table(500, 1);
  Dataset column;
  column.y = data.y;
  column.x = Matrix<float>(500, 1);
  for (std::size_t r = 0; r < 500; ++r) column.x(r, 0) = data.x(r, 4);
  AdaBoostParams params = rounds(3);
  const TreeEnsemble stumps = *fit_adaboost(column, params);
  params.max_depth = 2;
  const TreeEnsemble trees = *fit_adaboost(column, params);
  EXPECT_EQ(stumps.feature, trees.feature);
  EXPECT_EQ(stumps.threshold, trees.threshold);
}

TEST(AdaBoost, DeeperTreesLearnWhatStumpsCannot) {
  // XOR of two signs: no sum of functions of one column each can tell it.
  Random random(3);
  const auto make = [&](std::size_t rows) {
    Dataset data;
    data.x = Matrix<float>(rows, 2);
    for (std::size_t r = 0; r < rows; ++r) {
      for (float& value : data.x.row(r)) value = static_cast<float>(random.normal());
      data.y.push_back((data.x(r, 0) > 0) != (data.x(r, 1) > 0) ? 1 : 0);
    }
    return data;
  };
  const Dataset train = make(1000);
  const Dataset test = make(1000);
  AdaBoostParams params = rounds(30);
  EXPECT_LT(accuracy_of(*fit_adaboost(train, params), test), 0.65);
  params.max_depth = 2;
  EXPECT_GT(accuracy_of(*fit_adaboost(train, params), test), 0.85);
}

TEST(AdaBoost, AWeightCountsAsThatManyCopies) {
  const Dataset data = noisy_table(300, 4);
  Dataset weighted = data;
  std::vector<std::size_t> copies;
  for (std::size_t r = 0; r < data.rows(); ++r) {
    weighted.weight.push_back(static_cast<double>(r % 3));
    copies.insert(copies.end(), r % 3, r);
  }
  const TreeEnsemble by_weight = *fit_adaboost(weighted, rounds(10));
  const TreeEnsemble by_copies = *fit_adaboost(data.subset(copies), rounds(10));
  for (std::size_t r = 0; r < data.rows(); ++r) {
    EXPECT_NEAR(by_weight.probability(data.x.row(r)), by_copies.probability(data.x.row(r)), 1e-6);
  }
}

TEST(AdaBoost, SameOnAnyNumberOfThreads) {
  const Dataset data = noisy_table(1000, 5);
  AdaBoostParams params = rounds(20);
  params.n_threads = 1;
  const TreeEnsemble one = *fit_adaboost(data, params);
  params.n_threads = 4;
  const TreeEnsemble four = *fit_adaboost(data, params);
  EXPECT_EQ(one.threshold, four.threshold);
  EXPECT_EQ(one.feature, four.feature);
}

TEST(AdaBoost, RefusesWhatItCannotFit) {
  AdaBoostParams params;
  params.n_estimators = 0;
  EXPECT_EQ(fit_adaboost(kSeven, params).error().kind, ErrorKind::recipe_invalid);
  params = {};
  params.max_depth = 0;
  EXPECT_EQ(fit_adaboost(kSeven, params).error().kind, ErrorKind::recipe_invalid);
  params = {};
  params.learning_rate = 0;
  EXPECT_EQ(fit_adaboost(kSeven, params).error().kind, ErrorKind::recipe_invalid);
  EXPECT_EQ(fit_adaboost(Dataset{}, {}).error().kind, ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
