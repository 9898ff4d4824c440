#include "learn/decision_tree.h"

namespace hitscope {

Result<TreeEnsemble> fit_decision_tree(const Dataset& data, const RankCode& code,
                                       const DecisionTreeParams& params) {
  if (auto valid = data.validate(); !valid) return tl::unexpected(valid.error());
  TreeGrower grower(code, data.y);
  const Random random(params.seed);
  TreeEnsemble ensemble;
  append_tree(ensemble, data.weight.empty()
                            ? grower.grow(params.tree, std::vector<std::uint16_t>(data.rows(), 1), random)
                            : grower.grow(params.tree, data.weight, random));
  return ensemble;
}

Result<TreeEnsemble> fit_decision_tree(const Dataset& data, const DecisionTreeParams& params) {
  const auto code = RankCode::of(data.x);
  if (!code) return tl::unexpected(code.error());
  return fit_decision_tree(data, *code, params);
}

void append_tree(TreeEnsemble& ensemble, const GrownTree& tree, double leaf_scale) {
  const auto offset = static_cast<std::uint32_t>(ensemble.feature.size());
  ensemble.roots.push_back(offset);
  ensemble.feature.insert(ensemble.feature.end(), tree.feature.begin(), tree.feature.end());
  for (std::size_t node = 0; node < tree.feature.size(); ++node) {
    const bool is_leaf = tree.feature[node] < 0;
    ensemble.threshold.push_back(is_leaf ? static_cast<float>(leaf_scale * double{tree.threshold[node]})
                                         : tree.threshold[node]);
    ensemble.left.push_back(is_leaf ? 0 : tree.left[node] + offset);
  }
}

}  // namespace hitscope
