#include "learn/joint_fit.h"

#include <gtest/gtest.h>

#include "learn/synthetic.h"

namespace hitscope {
namespace {

using testing::noisy_table;

void expect_same(const TreeEnsemble& a, const TreeEnsemble& b) {
  EXPECT_EQ(a.feature, b.feature);
  EXPECT_EQ(a.threshold, b.threshold);
  EXPECT_EQ(a.left, b.left);
  EXPECT_EQ(a.roots, b.roots);
}

JointParams all_five() {
  JointParams params;
  params.random_forest.emplace().n_estimators = 12;
  params.random_forest->oob_score = true;
  params.xgboost.emplace().n_estimators = 12;
  params.adaboost.emplace().n_estimators = 12;
  params.knn.emplace().k = 3;
  params.decision_tree.emplace().tree.max_depth = 5;
  return params;
}

TEST(JointFit, GivesTheModelsFittedOneByOne) {
  const Dataset data = noisy_table(700, 1);
  JointParams params = all_five();
  for (const unsigned threads : {1U, 2U, 4U}) {
    params.n_threads = threads;
    const JointModels models = *fit_jointly(data, params);
    expect_same(models.random_forest.trees, fit_random_forest(data, *params.random_forest)->trees);
    EXPECT_GT(models.random_forest.oob_accuracy, 0.6);
    expect_same(models.xgboost, *fit_xgboost(data, *params.xgboost));
    expect_same(models.adaboost, *fit_adaboost(data, *params.adaboost));
    expect_same(models.decision_tree, *fit_decision_tree(data, *params.decision_tree));
    EXPECT_EQ(models.knn.index, fit_knn(data, *params.knn)->index);
  }
}

TEST(JointFit, LeavesOutWhatIsNotAskedFor) {
  JointParams params;
  params.decision_tree.emplace();
  const JointModels models = *fit_jointly(noisy_table(100, 2), params);
  EXPECT_EQ(models.decision_tree.roots.size(), 1U);
  EXPECT_TRUE(models.random_forest.trees.roots.empty());
  EXPECT_TRUE(models.xgboost.roots.empty());
  EXPECT_TRUE(models.adaboost.roots.empty());
  EXPECT_TRUE(models.knn.labels.empty());
}

TEST(JointFit, OneLearnersErrorIsTheErrorOfAll) {
  const Dataset data = noisy_table(100, 3);
  JointParams params = all_five();
  params.knn->k = 0;
  EXPECT_EQ(fit_jointly(data, params).error().kind, ErrorKind::recipe_invalid);
  params = all_five();
  params.random_forest->n_estimators = 0;
  EXPECT_EQ(fit_jointly(data, params).error().kind, ErrorKind::recipe_invalid);
  EXPECT_EQ(fit_jointly(Dataset{}, all_five()).error().kind, ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
