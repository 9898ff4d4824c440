#include "model/flat_forest.h"

#include <algorithm>

namespace hitscope {

FlatForest::FlatForest(const TreeEnsemble& trees)
    : roots_(trees.roots), base_(trees.base), link_(trees.link) {
  nodes_.resize(trees.feature.size());
  const std::span<Node> nodes = nodes_;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    const std::int32_t feature = trees.feature[i];
    const std::uint32_t packed = (trees.left[i] - i) << 8U | static_cast<std::uint32_t>(feature);
    nodes[i] = {trees.threshold[i], feature < 0 ? 0U : packed};
  }
}

double FlatForest::value(std::span<const float> row) const {
  constexpr std::size_t kLanes = 8;
  double sum = base_;
  std::size_t tree = 0;
  for (; tree + kLanes <= roots_.size(); tree += kLanes) {
    std::array<const Node*, kLanes> at{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) at[lane] = &nodes_[roots_[tree + lane]];
    std::uint32_t moved = 0;
    do {
      moved = 0;
      for (const Node*& node : at) {
        const std::uint32_t distance = node->distance();
        const std::uint32_t right = row[node->feature()] <= node->threshold ? 0U : 1U;
        node += distance != 0 ? distance + right : 0U;  // a leaf stays where it is
        moved |= distance;
      }
    } while (moved != 0);
    for (const Node* node : at) sum += static_cast<double>(node->threshold);
  }
  for (; tree < roots_.size(); ++tree) {
    const Node* node = &nodes_[roots_[tree]];
    while (node->distance() != 0) {
      node += node->distance() + (row[node->feature()] <= node->threshold ? 0U : 1U);
    }
    sum += static_cast<double>(node->threshold);
  }
  return sum;
}

BackgroundColumns::BackgroundColumns(MatrixView<float> rows) : rows_(rows.rows()), features_(rows.columns()) {
  values_.resize(batches() * features_ * kRows);
  for (std::size_t r = 0; r < rows_; ++r) {
    for (std::size_t f = 0; f < features_; ++f) {
      values_[(r / kRows * features_ + f) * kRows + r % kRows] = rows(r, f);
    }
  }
}

std::uint64_t BackgroundColumns::present(std::size_t batch) const {
  const std::size_t rows = std::min(kRows, rows_ - batch * kRows);
  return ~std::uint64_t{0} >> (kRows - rows);
}

}  // namespace hitscope
