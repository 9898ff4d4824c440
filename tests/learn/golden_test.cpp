// The learners against scikit-learn's and XGBoost's own figures on the reference split (see golden.h).
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "learn/adaboost.h"
#include "learn/decision_tree.h"
#include "learn/golden.h"
#include "learn/knn.h"
#include "learn/random_forest.h"
#include "learn/synthetic.h"
#include "learn/xgboost_trainer.h"

namespace hitscope {
namespace {

using testing::accuracy_of;
using testing::golden_probabilities;
using testing::golden_split;
using testing::GoldenSplit;
using testing::kFiveFeatures;
using testing::kThirteenFeatures;

class Golden : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { split_ = golden_split(kFiveFeatures); }
  static void TearDownTestSuite() { split_.reset(); }
  void SetUp() override {
    if (!split_) GTEST_SKIP() << "no reference material at " << testing::shared_folder();
  }

  template <typename Model>
  static double share_agreeing(const Model& model, const std::string& name) {
    const std::vector<double> expected = golden_probabilities(name);
    std::size_t agreeing = 0;
    for (std::size_t r = 0; r < expected.size(); ++r) {
      agreeing += std::abs(model.probability(split_->test.x.row(r)) - expected[r]) <= 1e-4 ? 1 : 0;
    }
    return static_cast<double>(agreeing) / static_cast<double>(expected.size());
  }

  static inline std::optional<GoldenSplit> split_;
};

TEST_F(Golden, ScalerHasScikitLearnsMeansAndScales) {
  const std::vector<double> mean = {121.88094319692718, -7.83537277785985, 5.346235288324223,
                                    0.6356182597133994, 0.6555657408775298};
  const std::vector<double> scale = {29.308586815949123, 4.152430710516077, 3.57732348268068,
                                     0.4812563637317526, 0.23342488246009835};
  for (std::size_t c = 0; c < mean.size(); ++c) {
    EXPECT_NEAR(split_->scaler.mean[c], mean[c], 1e-6 * std::abs(mean[c]));
    EXPECT_NEAR(split_->scaler.scale[c], scale[c], 1e-6 * scale[c]);
  }
}

TEST_F(Golden, Knn) {
  const auto knn = *fit_knn(split_->train, {});
  EXPECT_NEAR(accuracy_of(knn, split_->test), 0.6883986606, 0.003);
  EXPECT_GE(share_agreeing(knn, "knn"), 0.99);
}

TEST_F(Golden, AdaBoost) {
  AdaBoostParams params;
  params.n_estimators = 100;
  const auto adaboost = *fit_adaboost(split_->train, params);
  EXPECT_NEAR(accuracy_of(adaboost, split_->test), 0.5587945637, 0.003);
  EXPECT_GE(share_agreeing(adaboost, "adaboost"), 0.99);
}

TEST_F(Golden, DecisionTree) {
  DecisionTreeParams params;
  params.tree.max_depth = 10;
  const auto tree = *fit_decision_tree(split_->train, params);
  EXPECT_NEAR(accuracy_of(tree, split_->test), 0.6226117786, 0.003);
  EXPECT_GE(share_agreeing(tree, "decision_tree"), 0.99);
}

TEST_F(Golden, Xgboost) {
  EXPECT_NEAR(accuracy_of(*fit_xgboost(split_->train, {}), split_->test), 0.6875, 0.006);
}

TEST_F(Golden, RandomForest) {
  double sum = 0;
  RandomForestParams params;
  for (params.seed = 0; params.seed < 5; ++params.seed) {
    sum += accuracy_of(fit_random_forest(split_->train, params)->trees, split_->test);
  }
  EXPECT_NEAR(sum / 5, 0.789, 0.004);
}

TEST_F(Golden, HardVote) {
  AdaBoostParams adaboost_params;
  adaboost_params.n_estimators = 100;
  DecisionTreeParams tree_params;
  tree_params.tree.max_depth = 10;
  const auto forest = *fit_random_forest(split_->train, {});
  const auto xgboost = *fit_xgboost(split_->train, {});
  const auto adaboost = *fit_adaboost(split_->train, adaboost_params);
  const auto knn = *fit_knn(split_->train, {});
  const auto tree = *fit_decision_tree(split_->train, tree_params);
  std::size_t right = 0;
  const Dataset& test = split_->test;
  for (std::size_t r = 0; r < test.rows(); ++r) {
    int votes = 0;
    for (const double p : {forest.trees.probability(test.x.row(r)), xgboost.probability(test.x.row(r)),
                           adaboost.probability(test.x.row(r)), knn.probability(test.x.row(r)),
                           tree.probability(test.x.row(r))}) {
      votes += p >= 0.5 ? 1 : 0;
    }
    right += (votes >= 3) == (test.y[r] == 1) ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(right) / static_cast<double>(test.rows()), 0.721, 0.006);
}

TEST_F(Golden, RandomForestOnThirteenFeatures) {
  const auto split = golden_split(kThirteenFeatures);
  const auto forest = *fit_random_forest(split->train, {});
  EXPECT_GE(accuracy_of(forest.trees, split->test), 0.84);
}

}  // namespace
}  // namespace hitscope
