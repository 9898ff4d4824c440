#include "learn/decision_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "learn/synthetic.h"

namespace hitscope {
namespace {

using testing::accuracy_of;
using testing::noisy_table;
using testing::table;

double impurity(Criterion criterion, double weight, double hits) {
  if (weight <= 0) return 0;
  const double p = hits / weight;
  if (criterion == Criterion::gini) return 2 * p * (1 - p);
  const auto term = [](double q) { return q > 0 ? -q * std::log2(q) : 0.0; };
  return term(p) + term(1 - p);
}

// Walks a grown tree with the rows it was grown from and checks every node by brute force: an inner node's
// split must reach the smallest weighted impurity of all splits of all columns, a leaf must be pure or
// unsplittable and hold its share of hits.
class Auditor {
 public:
  Auditor(const Dataset& data, const TreeEnsemble& tree, Criterion criterion)
      : data_(data), tree_(tree), criterion_(criterion) {}

  void audit() {
    std::vector<std::size_t> rows;
    for (std::size_t r = 0; r < data_.rows(); ++r) {
      if (weight(r) > 0) rows.push_back(r);
    }
    audit(0, rows);
  }

 private:
  [[nodiscard]] double weight(std::size_t r) const { return data_.weight.empty() ? 1 : data_.weight[r]; }

  [[nodiscard]] double impurity_after(const std::vector<std::size_t>& rows, std::size_t column,
                                      float threshold) const {
    double sums[2] = {0, 0};
    double hits[2] = {0, 0};
    for (const std::size_t r : rows) {
      const int side = data_.x(r, column) <= threshold ? 0 : 1;
      sums[side] += weight(r);
      hits[side] += data_.y[r] * weight(r);
    }
    return sums[0] * impurity(criterion_, sums[0], hits[0]) +
           sums[1] * impurity(criterion_, sums[1], hits[1]);
  }

  [[nodiscard]] double best_impurity(const std::vector<std::size_t>& rows) const {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < data_.columns(); ++c) {
      float largest = -std::numeric_limits<float>::infinity();
      for (const std::size_t r : rows) largest = std::max(largest, data_.x(r, c));
      for (const std::size_t r : rows) {
        if (data_.x(r, c) < largest) best = std::min(best, impurity_after(rows, c, data_.x(r, c)));
      }
    }
    return best;
  }

  void audit(std::size_t node, const std::vector<std::size_t>& rows) {
    double sum = 0;
    double hits = 0;
    for (const std::size_t r : rows) {
      sum += weight(r);
      hits += data_.y[r] * weight(r);
    }
    const double best = best_impurity(rows);
    if (tree_.feature[node] < 0) {
      EXPECT_FLOAT_EQ(tree_.threshold[node], static_cast<float>(hits / sum));
      EXPECT_TRUE(hits < 1e-9 || hits > sum - 1e-9 || !std::isfinite(best))
          << "an impure leaf could be split";
      return;
    }
    const auto column = static_cast<std::size_t>(tree_.feature[node]);
    EXPECT_NEAR(impurity_after(rows, column, tree_.threshold[node]), best, 1e-9 * sum);
    std::vector<std::size_t> sides[2];
    for (const std::size_t r : rows) sides[data_.x(r, column) <= tree_.threshold[node] ? 0 : 1].push_back(r);
    ASSERT_FALSE(sides[0].empty() || sides[1].empty());
    audit(tree_.left[node], sides[0]);
    audit(tree_.left[node] + 1, sides[1]);
  }

  const Dataset& data_;
  const TreeEnsemble& tree_;
  Criterion criterion_;
};

DecisionTreeParams with_depth(std::size_t depth) {
  DecisionTreeParams params;
  params.tree.max_depth = depth;
  return params;
}

TEST(DecisionTree, XorNeedsTwoLevels) {
  const Dataset xor_table = table(2, {0, 0, 0, 1, 1, 0, 1, 1}, {0, 1, 1, 0});
  // No first split gains anything, so a stump is right half the time; it is taken all the same.
  EXPECT_EQ(accuracy_of(*fit_decision_tree(xor_table, with_depth(1)), xor_table), 0.5);
  EXPECT_EQ(accuracy_of(*fit_decision_tree(xor_table, with_depth(2)), xor_table), 1.0);
}

TEST(DecisionTree, SplitsAtTheMidpointOfTheBestGap) {
  // Labels 0 0 1 1 1 over 1 2 4 5 6: the gap between 2 and 4 makes both sides pure.
  const auto tree = *fit_decision_tree(table(1, {6, 1, 4, 2, 5}, {1, 0, 1, 0, 1}), with_depth(1));
  ASSERT_EQ(tree.feature.size(), 3U);
  EXPECT_EQ(tree.feature[0], 0);
  EXPECT_EQ(tree.threshold[0], 3.0F);
  EXPECT_EQ(tree.threshold[tree.left[0]], 0.0F);
  EXPECT_EQ(tree.threshold[tree.left[0] + 1], 1.0F);
}

TEST(DecisionTree, APureTableIsOneLeaf) {
  const auto tree = *fit_decision_tree(table(1, {1, 2, 3}, {1, 1, 1}), {});
  ASSERT_EQ(tree.feature.size(), 1U);
  EXPECT_EQ(tree.feature[0], -1);
  EXPECT_EQ(tree.threshold[0], 1.0F);
}

TEST(DecisionTree, EqualRowsOfBothLabelsShareALeaf) {
  const auto tree = *fit_decision_tree(table(2, {7, 7, 7, 7, 7, 7, 7, 7}, {1, 0, 0, 0}), {});
  ASSERT_EQ(tree.feature.size(), 1U);
  EXPECT_EQ(tree.threshold[0], 0.25F);
}

TEST(DecisionTree, GiniAndEntropyDisagreeWhereTheyShould) {
  // Counts (flops, hits) per value: (40, 10), (30, 20), (0, 10). Splitting off the first value leaves
  // weighted Gini 50 * .32 + 60 * .5 = 46.0, splitting off the last 100 * .42 + 0 = 42.0: Gini takes the
  // last, and so does entropy (50 * .722 + 60 * 1 = 96.1 bits against 100 * .881 = 88.1).
  Dataset data;
  data.x = Matrix<float>(110, 1);
  const auto add = [&](float value, int flops, int hits) {
    for (int i = 0; i < flops + hits; ++i) {
      data.x(data.y.size(), 0) = value;
      data.y.push_back(i < flops ? 0 : 1);
    }
  };
  add(0, 40, 10);
  add(1, 30, 20);
  add(2, 0, 10);
  for (const Criterion criterion : {Criterion::gini, Criterion::entropy}) {
    DecisionTreeParams params = with_depth(1);
    params.tree.criterion = criterion;
    const auto tree = *fit_decision_tree(data, params);
    EXPECT_EQ(tree.threshold[0], 1.5F);
    EXPECT_FLOAT_EQ(tree.threshold[tree.left[0]], 0.3F);
  }
}

TEST(DecisionTree, EverySplitIsTheBestThereIs) {
  for (const Criterion criterion : {Criterion::gini, Criterion::entropy}) {
    const Dataset data = noisy_table(300, 5);
    DecisionTreeParams params;
    params.tree.criterion = criterion;
    const auto tree = *fit_decision_tree(data, params);
    ASSERT_TRUE(tree.validate(data.columns()));
    Auditor(data, tree, criterion).audit();
    EXPECT_EQ(accuracy_of(tree, data), 1.0);
  }
}

TEST(DecisionTree, EveryWeightedSplitIsTheBestThereIs) {
  Dataset data = noisy_table(300, 6);
  Random random(1);
  for (std::size_t r = 0; r < data.rows(); ++r) data.weight.push_back(r % 7 == 0 ? 0 : random.uniform() * 10);
  const auto tree = *fit_decision_tree(data, {});
  Auditor(data, tree, Criterion::gini).audit();
}

TEST(DecisionTree, AWeightCountsAsThatManyCopies) {
  const Dataset data = noisy_table(400, 7);
  Dataset weighted = data;
  std::vector<std::size_t> copies;
  Random random(2);
  for (std::size_t r = 0; r < data.rows(); ++r) {
    const std::size_t weight = random.below(4);
    weighted.weight.push_back(static_cast<double>(weight));
    copies.insert(copies.end(), weight, r);
  }
  const auto by_weight = *fit_decision_tree(weighted, with_depth(5));
  const auto by_copies = *fit_decision_tree(data.subset(copies), with_depth(5));
  EXPECT_EQ(by_weight.feature, by_copies.feature);
  EXPECT_EQ(by_weight.left, by_copies.left);
  for (std::size_t node = 0; node < by_weight.threshold.size(); ++node) {
    EXPECT_FLOAT_EQ(by_weight.threshold[node], by_copies.threshold[node]);
  }
}

TEST(DecisionTree, KeepsItsLimits) {
  const Dataset data = noisy_table(1000, 8);
  DecisionTreeParams params;
  params.tree.max_depth = 6;
  params.tree.min_samples_leaf = 20;
  params.tree.min_samples_split = 100;
  const auto tree = *fit_decision_tree(data, params);
  std::vector<std::size_t> rows_in(tree.feature.size());
  for (std::size_t r = 0; r < data.rows(); ++r) {
    std::size_t depth = 0;
    std::size_t node = 0;
    ++rows_in[0];
    while (tree.feature[node] >= 0) {
      const auto column = static_cast<std::size_t>(tree.feature[node]);
      node = tree.left[node] + (data.x(r, column) <= tree.threshold[node] ? 0U : 1U);
      ++rows_in[node];
      ++depth;
    }
    EXPECT_LE(depth, 6U);
  }
  for (std::size_t node = 0; node < rows_in.size(); ++node) {
    EXPECT_GE(rows_in[node], tree.feature[node] < 0 ? 20U : 100U);
  }
}

TEST(DecisionTree, TheSeedChoosesTheColumnsLookedAt) {
  const Dataset data = noisy_table(500, 9);
  DecisionTreeParams params;
  params.tree.max_features = 1;
  const auto first = *fit_decision_tree(data, params);
  EXPECT_EQ(fit_decision_tree(data, params)->feature, first.feature);
  params.seed = 1;
  EXPECT_NE(fit_decision_tree(data, params)->feature, first.feature);
}

TEST(DecisionTree, RefusesATableItCannotLearnFrom) {
  EXPECT_EQ(fit_decision_tree(Dataset{}, {}).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_decision_tree(table(1, {1, NAN}, {0, 1}), {}).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_decision_tree(table(1, {1, 2}, {0, 2}), {}).error().kind, ErrorKind::table_invalid);
  Dataset weightless = table(1, {1, 2}, {0, 1});
  weightless.weight = {0, 0};
  EXPECT_EQ(fit_decision_tree(weightless, {}).error().kind, ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
