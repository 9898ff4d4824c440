#include "model/tree_ensemble.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace hitscope {

double sigmoid(double x) {
  if (x >= 0) return 1.0 / (1.0 + std::exp(-x));
  const double e = std::exp(x);
  return e / (1.0 + e);
}

double apply_link(Link link, double value) {
  return link == Link::sigmoid ? sigmoid(value) : std::clamp(value, 0.0, 1.0);
}

double TreeEnsemble::value(std::span<const float> row) const {
  double sum = base;
  for (std::uint32_t node : roots) {
    while (feature[node] >= 0) {
      const bool goes_left = row[static_cast<std::size_t>(feature[node])] <= threshold[node];
      node = left[node] + (goes_left ? 0U : 1U);
    }
    sum += static_cast<double>(threshold[node]);
  }
  return sum;
}

double TreeEnsemble::probability(std::span<const float> row) const {
  return apply_link(link, value(row));
}

namespace {

tl::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorKind::model_invalid, "The model's trees are malformed.", std::move(detail));
}

// All nodes at once, without a branch on what they hold: leaves and splits alternate beyond any predictor.
bool nodes_are_sound(const TreeEnsemble& trees, std::size_t n_features, std::vector<std::uint8_t>& claimed) {
  const std::size_t nodes = trees.feature.size();
  const auto limit = static_cast<std::int32_t>(n_features);
  const std::span<std::uint8_t> claims = claimed;
  std::size_t inner_nodes = 0;
  std::uint32_t faults = 0;
  for (std::size_t node = 0; node < nodes; ++node) {
    const std::int32_t feature = trees.feature[node];
    const std::size_t left = trees.left[node];
    const std::size_t inner = feature >= 0 ? 1 : 0;
    // A leaf, or a child that is misplaced, claims the two places beyond the end.
    const bool placed =
        static_cast<bool>(static_cast<unsigned>(left > node) & static_cast<unsigned>(left + 1 < nodes));
    const std::size_t child = nodes + (left - nodes) * (inner & static_cast<std::size_t>(placed));
    faults |= static_cast<std::uint32_t>(inner & static_cast<std::size_t>(!placed));
    faults |= static_cast<std::uint32_t>(feature >= limit);
    faults |=
        static_cast<std::uint32_t>(!(std::abs(trees.threshold[node]) <= std::numeric_limits<float>::max()));
    claims[child] = 1;
    claims[child + 1] = 1;
    inner_nodes += inner;
  }
  // As many claims as nodes, and none left unclaimed: each has exactly one parent or is a root.
  return faults == 0 && 2 * inner_nodes + trees.roots.size() == nodes &&
         std::find(claimed.begin(), claimed.begin() + static_cast<std::ptrdiff_t>(nodes), 0) ==
             claimed.begin() + static_cast<std::ptrdiff_t>(nodes);
}

// Which node it is, once it is known that there is one.
std::string first_fault(const TreeEnsemble& trees, std::size_t n_features) {
  const std::size_t nodes = trees.feature.size();
  for (std::size_t node = 0; node < nodes; ++node) {
    const std::string at = " at node " + std::to_string(node);
    if (!std::isfinite(trees.threshold[node])) return "value is not finite" + at;
    if (trees.feature[node] < 0) continue;
    if (static_cast<std::size_t>(trees.feature[node]) >= n_features) return "feature out of range" + at;
    if (trees.left[node] <= node) return "child before its parent" + at;
    if (std::size_t{trees.left[node]} + 1 >= nodes) return "child out of range" + at;
  }
  return "a node has two parents or none";
}

}  // namespace

Result<void> TreeEnsemble::validate(std::size_t n_features) const {
  const std::size_t nodes = feature.size();
  if (threshold.size() != nodes || left.size() != nodes) return malformed("node arrays differ in length");
  if (!std::isfinite(base)) return malformed("base is not finite");
  std::vector<std::uint8_t> claimed(nodes + 2, 0);
  for (const std::uint32_t root : roots) {
    if (root >= nodes) return malformed("root " + std::to_string(root) + " out of range");
    claimed[root] = 1;
  }
  if (!nodes_are_sound(*this, n_features, claimed)) return malformed(first_fault(*this, n_features));
  return {};
}

}  // namespace hitscope
