// A sum of binary decision trees, flattened for serving: what random forests, boosted trees, AdaBoost and
// single trees all become after training.
//
// value(row) = base + sum over trees of the leaf the row falls into; probability(row) applies the link.
// At a node the row goes left where row[feature] <= threshold (scikit-learn's rule, float32 against float32;
// XGBoost's strict "<" is stored as the next smaller float). The right child stands directly after the left.
// Leaf values already carry the tree's weight (1/n for a forest, the learning rate for boosting), so every
// kind of ensemble is evaluated by the same loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"

namespace hitscope {

enum class Link { identity, sigmoid };

// 1 / (1 + exp(-x)), without overflow at either end.
[[nodiscard]] double sigmoid(double x);
[[nodiscard]] double apply_link(Link link, double value);

struct TreeEnsemble {
  // Node-parallel arrays. feature < 0 marks a leaf, whose value is in `threshold`; for an inner node
  // `threshold` is the split and `left` the index of the left child (right = left + 1).
  std::vector<std::int16_t> feature;
  std::vector<float> threshold;
  std::vector<std::uint32_t> left;
  std::vector<std::uint32_t> roots;  // index of each tree's root
  double base = 0;
  Link link = Link::identity;

  // The row's features must be known (no NaN) and as many as validate() was told.
  [[nodiscard]] double value(std::span<const float> row) const;
  // In [0, 1]: the identity link clamps what float32 rounding carries over the edge.
  [[nodiscard]] double probability(std::span<const float> row) const;

  // Proves that every walk ends: indices in range, children after their parent, every node a root or the
  // child of exactly one parent, features < n_features, finite values. One pass over the nodes. Errors:
  // model_invalid.
  [[nodiscard]] Result<void> validate(std::size_t n_features) const;
};

}  // namespace hitscope
