// AdaBoost by SAMME: scikit-learn's AdaBoostClassifier over decision trees, stumps by default.
//
// Round m fits a tree to the weighted rows, takes its weighted error e and votes with
// a = learning_rate * ln((1 - e) / e); the rows it got wrong are multiplied by exp(a). Boosting ends early
// when a tree is perfect (it then votes with 1) or no better than chance (it is dropped; if it is the first,
// that is an error, as in scikit-learn).
//
// Probability. With s = sum(a_m * h_m) / sum(a_m), h_m = +1 for hit and -1 for flop, scikit-learn's decision
// is 2 s and its predict_proba softmax(-s, s), that is sigmoid(2 s). So every leaf of tree m holds
// +-2 a_m / sum(a), and the link is the sigmoid. The scores crowd around 0.5: they rank, they are not
// calibrated.
//
// Stumps are found without growing trees: the columns' sorted order never changes, only the weights do, so a
// round is one pass over each column with a running sum of the signed weights.
//
// Source: Zhu, Zou, Rosset, Hastie, "Multi-class AdaBoost", Statistics and Its Interface 2, 2009.
#pragma once

#include <cstddef>
#include <cstdint>

#include "learn/dataset.h"
#include "learn/rank_code.h"
#include "model/tree_ensemble.h"

namespace hitscope {

struct AdaBoostParams {
  std::size_t n_estimators = 50;
  double learning_rate = 1;
  std::size_t max_depth = 1;  // of each tree; 1: stumps
  unsigned n_threads = 0;     // 0: one per processor; used for stumps
  std::uint64_t seed = 0;     // decides between splits of equal gain in trees deeper than stumps
};

// `code` is that of data.x. Errors: table_invalid (see Dataset::validate; also a first tree no better than
// chance), recipe_invalid (no trees, depth 0, a learning rate that is not positive).
[[nodiscard]] Result<TreeEnsemble> fit_adaboost(const Dataset& data, const RankCode& code,
                                                const AdaBoostParams& params);
[[nodiscard]] Result<TreeEnsemble> fit_adaboost(const Dataset& data, const AdaBoostParams& params);

}  // namespace hitscope
