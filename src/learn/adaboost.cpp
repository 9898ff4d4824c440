#include "learn/adaboost.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "learn/decision_tree.h"
#include "learn/stump_search.h"
#include "learn/tree_grower.h"

namespace hitscope {
namespace {

// A weak learner: fits a tree of votes, leaves -1 and +1, to weighted rows and says which rows it gets wrong.
// A leaf without majority says flop, as argmax has it.
class Weak {
 public:
  virtual ~Weak() = default;
  // `wrong` becomes 1 for rows that the tree misjudges, else 0. Returns their share of the weight.
  virtual double fit(std::span<const double> weight, GrownTree& tree, std::span<std::uint8_t> wrong) = 0;
};

class WeakStump final : public Weak {
 public:
  WeakStump(const Dataset& data, const RankCode& code, unsigned n_threads)
      : y_(data.y), code_(&code), search_(code, data.y, n_threads) {}

  double fit(std::span<const double> weight, GrownTree& tree, std::span<std::uint8_t> wrong) override {
    const Stump stump = search_.best(weight);
    const std::uint8_t left_vote = stump.left[1] > stump.left[0] ? 1 : 0;
    const std::uint8_t right_vote = stump.right[1] > stump.right[0] ? 1 : 0;
    if (stump.is_split) {
      tree = {{static_cast<std::int16_t>(stump.column), -1, -1},
              {stump.threshold, leaf(left_vote), leaf(right_vote)},
              {1, 0, 0}};
    } else {
      tree = {{-1}, {leaf(left_vote)}, {0}};
    }
    const RankColumn& column = code_->column(stump.column);
    const auto judge = [&](const auto& ranks) {
      for (std::size_t r = 0; r < y_.size(); ++r) {
        wrong[r] = (ranks[r] <= stump.left_rank ? left_vote : right_vote) ^ y_[r];
      }
    };
    column.wide.empty() ? judge(column.narrow) : judge(column.wide);
    const double total = stump.left[0] + stump.left[1] + stump.right[0] + stump.right[1];
    return (stump.left[1 - left_vote] + stump.right[1 - right_vote]) / total;
  }

 private:
  static float leaf(std::uint8_t vote) { return vote != 0 ? 1.0F : -1.0F; }

  std::span<const std::uint8_t> y_;
  const RankCode* code_;
  StumpSearch search_;
};

class WeakTree final : public Weak {
 public:
  WeakTree(const Dataset& data, const RankCode& code, const AdaBoostParams& params)
      : data_(&data), grower_(code, data.y), random_(params.seed) {
    params_.max_depth = params.max_depth;
  }

  double fit(std::span<const double> weight, GrownTree& tree, std::span<std::uint8_t> wrong) override {
    tree = grower_.grow(params_, weight, random_.fork(round_++));
    for (std::size_t node = 0; node < tree.feature.size(); ++node) {
      if (tree.feature[node] < 0) tree.threshold[node] = tree.threshold[node] > 0.5F ? 1.0F : -1.0F;
    }
    double wrong_weight = 0;
    double total = 0;
    for (std::size_t r = 0; r < data_->rows(); ++r) {
      wrong[r] = (tree.leaf(data_->x.row(r)) > 0) != (data_->y[r] == 1) ? 1 : 0;
      wrong_weight += wrong[r] != 0 ? weight[r] : 0;
      total += weight[r];
    }
    return wrong_weight / total;
  }

 private:
  const Dataset* data_;
  TreeGrower grower_;
  TreeParams params_;
  Random random_;
  std::uint64_t round_ = 0;
};

Result<void> check(const Dataset& data, const AdaBoostParams& params) {
  if (auto valid = data.validate(); !valid) return valid;
  if (params.n_estimators == 0) return fail(ErrorKind::recipe_invalid, "AdaBoost needs at least one tree.");
  if (params.max_depth == 0) {
    return fail(ErrorKind::recipe_invalid, "AdaBoost's trees need a depth of at least 1.");
  }
  if (!std::isfinite(params.learning_rate) || params.learning_rate <= 0) {
    return fail(ErrorKind::recipe_invalid, "AdaBoost's learning rate must be positive.");
  }
  return {};
}

// Multiplies the wrong rows' weights by `factor` and scales all to sum 1; false if that overflows. Weights
// are kept from falling below epsilon, like scikit-learn's, so that no row is lost for good.
bool reweigh(std::span<double> weight, std::span<const std::uint8_t> wrong, double factor) {
  const double factors[2] = {1, factor};
  double total = 0;
  for (std::size_t r = 0; r < weight.size(); ++r) {
    weight[r] *= factors[wrong[r]];
    total += weight[r];
  }
  if (!std::isfinite(total)) return false;
  for (double& w : weight) {
    w = w > 0 ? std::max(w / total, std::numeric_limits<double>::epsilon()) : 0;
  }
  return true;
}

TreeEnsemble boost(Weak& weak, std::vector<double> weight, const AdaBoostParams& params) {
  std::vector<GrownTree> trees;
  std::vector<double> votes;
  std::vector<std::uint8_t> wrong(weight.size());
  GrownTree tree;
  while (trees.size() < params.n_estimators) {
    const double error = weak.fit(weight, tree, wrong);
    if (error >= 0.5) break;
    trees.push_back(std::move(tree));
    if (error <= 0) {
      votes.push_back(1);
      break;
    }
    votes.push_back(params.learning_rate * std::log((1 - error) / error));
    if (!reweigh(weight, wrong, std::exp(votes.back()))) break;
  }
  const double sum = std::accumulate(votes.begin(), votes.end(), 0.0);
  TreeEnsemble ensemble;
  ensemble.link = Link::sigmoid;
  for (std::size_t m = 0; m < trees.size(); ++m) append_tree(ensemble, trees[m], 2 * votes[m] / sum);
  return ensemble;
}

}  // namespace

Result<TreeEnsemble> fit_adaboost(const Dataset& data, const RankCode& code, const AdaBoostParams& params) {
  if (auto checked = check(data, params); !checked) return tl::unexpected(checked.error());
  std::vector<double> weight = data.weight.empty() ? std::vector<double>(data.rows(), 1.0) : data.weight;
  const double total = std::accumulate(weight.begin(), weight.end(), 0.0);
  for (double& w : weight) w /= total;

  TreeEnsemble ensemble;
  if (params.max_depth == 1) {
    WeakStump stumps(data, code, params.n_threads);
    ensemble = boost(stumps, std::move(weight), params);
  } else {
    WeakTree trees(data, code, params);
    ensemble = boost(trees, std::move(weight), params);
  }
  if (ensemble.roots.empty()) {
    return fail(ErrorKind::table_invalid, "AdaBoost's first tree is no better than chance on this table.");
  }
  return ensemble;
}

Result<TreeEnsemble> fit_adaboost(const Dataset& data, const AdaBoostParams& params) {
  const auto code = RankCode::of(data.x, params.n_threads);
  if (!code) return tl::unexpected(code.error());
  return fit_adaboost(data, *code, params);
}

}  // namespace hitscope
