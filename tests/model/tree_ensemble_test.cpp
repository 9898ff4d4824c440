#include "model/tree_ensemble.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "model/flat_forest.h"
#include "model/sample_models.h"

namespace hitscope {
namespace {

// tempo <= 100 ? 0.25 : (energy <= 0.5 ? 0.5 : 1.0)
TreeEnsemble two_splits() {
  TreeEnsemble tree;
  tree.feature = {0, -1, 1, -1, -1};
  tree.threshold = {100.0F, 0.25F, 0.5F, 0.5F, 1.0F};
  tree.left = {1, 0, 3, 0, 0};
  tree.roots = {0};
  return tree;
}

double value(const TreeEnsemble& trees, float tempo, float energy) {
  const std::array<float, 2> row = {tempo, energy};
  return trees.value(row);
}

TEST(TreeEnsemble, FollowsTheSplits) {
  const TreeEnsemble tree = two_splits();
  ASSERT_TRUE(tree.validate(2));
  EXPECT_EQ(value(tree, 90, 0.9F), 0.25);
  EXPECT_EQ(value(tree, 110, 0.1F), 0.5);
  EXPECT_EQ(value(tree, 110, 0.9F), 1.0);
}

TEST(TreeEnsemble, TheThresholdItselfGoesLeft) {
  const TreeEnsemble tree = two_splits();
  EXPECT_EQ(value(tree, 100, 0.9F), 0.25);
  EXPECT_EQ(value(tree, std::nextafter(100.0F, 101.0F), 0.5F), 0.5);
}

TEST(TreeEnsemble, SumsTreesAndBaseAndAppliesTheLink) {
  TreeEnsemble trees = two_splits();
  trees.feature.push_back(-1);
  trees.threshold.push_back(0.75F);
  trees.left.push_back(0);
  trees.roots.push_back(5);
  trees.base = -1.0;
  const std::array<float, 2> row = {90, 0};
  EXPECT_EQ(trees.value(row), -1.0 + 0.25 + 0.75);
  trees.link = Link::sigmoid;
  EXPECT_EQ(trees.probability(row), 0.5);
  trees.base = std::log(3.0) - 1.0;
  EXPECT_NEAR(trees.probability(row), 0.75, 1e-15);
}

TEST(TreeEnsemble, TheIdentityLinkStaysWithinZeroAndOne) {
  TreeEnsemble trees = two_splits();
  trees.base = 0.5;
  const std::array<float, 2> row = {110, 0.9F};
  EXPECT_EQ(trees.probability(row), 1.0);
  trees.base = -2;
  EXPECT_EQ(trees.probability(row), 0.0);
}

TEST(TreeEnsemble, SigmoidHoldsAtTheEnds) {
  EXPECT_EQ(sigmoid(0), 0.5);
  EXPECT_EQ(sigmoid(1000), 1.0);
  EXPECT_EQ(sigmoid(-1000), 0.0);
  EXPECT_NEAR(sigmoid(-3) + sigmoid(3), 1.0, 1e-15);
}

TEST(TreeEnsemble, RefusesWhatIsNoTree) {
  const auto broken = [](auto change) {
    TreeEnsemble tree = two_splits();
    change(tree);
    const auto sound = tree.validate(2);
    return !sound && sound.error().kind == ErrorKind::model_invalid;
  };
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.left.pop_back(); }));
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.roots[0] = 5; }));
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.roots.push_back(0); }));
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.roots.push_back(3); }));  // a node inside the tree
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.feature[2] = 2; }));      // no such feature
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.left[2] = 4; }));         // right child beyond the end
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.left[2] = 0xFFFFFFFF; }));
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.left[2] = 2; }));  // its own child
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.left[2] = 1; }));  // a child before its parent
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.left[0] = 2; }));  // node 3 has two parents
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.threshold[1] = std::nanf(""); }));
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.roots.clear(); }));  // node 0 is out of reach
  EXPECT_TRUE(broken([](TreeEnsemble& t) { t.base = std::numeric_limits<double>::infinity(); }));
}

// The fast engine against the plain one, bit for bit, for tree counts around its group of eight.
TEST(FlatForest, EqualsThePlainEngine) {
  for (const std::size_t trees : {1U, 7U, 8U, 9U, 30U}) {
    Random random(trees);
    const TreeEnsemble plain = testing::random_forest(random, 6, trees, 9, Link::sigmoid);
    ASSERT_TRUE(plain.validate(6));
    const FlatForest fast(plain);
    for (int i = 0; i < 200; ++i) {
      const std::vector<float> row = testing::random_row(random, 6);
      ASSERT_EQ(fast.value(row), plain.value(row));
    }
  }
}

}  // namespace
}  // namespace hitscope
