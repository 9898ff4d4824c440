// A single classification tree (CART): scikit-learn's DecisionTreeClassifier(splitter="best").
//
// Splits are exact, over every distinct value of every column, at midpoints (rank_code.h). The probability of
// a row is the weighted share of hits in its leaf. `seed` only decides between splits of equal gain on
// different columns and, where max_features is set, which columns a node looks at.
//
// Result: a TreeEnsemble of one tree, base 0, identity link.
#pragma once

#include <cstdint>

#include "learn/dataset.h"
#include "learn/rank_code.h"
#include "learn/tree_grower.h"
#include "model/tree_ensemble.h"

namespace hitscope {

struct DecisionTreeParams {
  TreeParams tree;
  std::uint64_t seed = 0;
};

// `code` is that of data.x. Errors: table_invalid (see Dataset::validate).
[[nodiscard]] Result<TreeEnsemble> fit_decision_tree(const Dataset& data, const RankCode& code,
                                                     const DecisionTreeParams& params);
[[nodiscard]] Result<TreeEnsemble> fit_decision_tree(const Dataset& data, const DecisionTreeParams& params);

// Adds `tree` at the end of `ensemble`, its leaves multiplied by `leaf_scale`.
void append_tree(TreeEnsemble& ensemble, const GrownTree& tree, double leaf_scale = 1);

}  // namespace hitscope
