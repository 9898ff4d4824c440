#include "model/flat_forest.h"

#include <algorithm>
#include <bit>

#include "model/lanes.h"
#include "model/shapley.h"

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

// One batch of background rows through the trees, leaving Moebius transforms: one table a row, or one for all
// where the link is linear.
class FlatForest::Walk {
 public:
  Walk(std::span<const float> row, const BackgroundColumns& background, std::size_t batch,
       std::span<const std::uint32_t> bits, std::span<double> tables, std::size_t coalitions, bool one_table)
      : row_(row),
        background_(background),
        batch_(batch),
        bits_(bits),
        tables_(tables),
        coalitions_(coalitions),
        one_table_(one_table) {}

  // `rows` are those that come by here when the features in `inside` are the row's and those in `outside` are
  // their own.
  void visit(const Node* node, std::uint32_t inside, std::uint32_t outside, std::uint64_t rows) {
    while (node->distance() != 0) {
      const std::size_t f = node->feature();
      const std::uint32_t bit = bits_[f];
      const Node* children = node + node->distance();
      const std::uint32_t by_row = row_[f] <= node->threshold ? 0U : 1U;
      if ((inside & bit) != 0) {
        node = children + by_row;
        continue;
      }
      const std::uint64_t left = rows_at_most(f, node->threshold, rows);
      const std::uint64_t right = rows & ~left;
      if (bit == 0 || (outside & bit) != 0) {
        if (left != 0 && right != 0) visit(children, inside, outside, left);
        rows = right != 0 ? right : left;
        node = children + (right != 0 ? 1U : 0U);
        continue;
      }
      // Only where row and background part ways does it matter whose feature it is.
      const std::uint64_t agreeing = by_row == 0 ? left : right;
      const std::uint64_t parting = rows & ~agreeing;
      if (parting != 0) {
        visit(children + by_row, inside | bit, outside, parting);
        visit(children + (1U - by_row), inside, outside | bit, parting);
        if (agreeing == 0) return;
      }
      rows = agreeing;
      node = children + by_row;
    }
    add(static_cast<double>(node->threshold), inside, outside, rows);
  }

  void add(double value, std::uint32_t inside, std::uint32_t outside, std::uint64_t rows) {
    if (one_table_) {
      add_leaf(tables_.data(), value * std::popcount(rows), inside, outside);
      return;
    }
    for (; rows != 0; rows &= rows - 1) {
      add_leaf(tables_.data() + static_cast<std::size_t>(std::countr_zero(rows)) * coalitions_, value, inside,
               outside);
    }
  }

 private:
  // [inside within S][outside apart from S] = sum over C within outside of (-1)^|C| [inside + C within S].
  static void add_leaf(double* table, double value, std::uint32_t inside, std::uint32_t outside) {
    std::uint32_t subset = outside;
    while (true) {
      table[inside | subset] += (std::popcount(subset) & 1) != 0 ? -value : value;
      if (subset == 0) break;
      subset = (subset - 1) & outside;
    }
  }

  [[nodiscard]] std::uint64_t rows_at_most(std::size_t feature, float threshold, std::uint64_t rows) const {
    const float* column = background_.column(batch_, feature);
    std::uint64_t left = 0;
    constexpr int kFewRows = 8;
    if (std::popcount(rows) <= kFewRows) {
      for (std::uint64_t rest = rows; rest != 0; rest &= rest - 1) {
        const int r = std::countr_zero(rest);
        left |= static_cast<std::uint64_t>(column[r] <= threshold) << static_cast<unsigned>(r);
      }
      return left;
    }
    for (std::size_t i = 0; i < BackgroundColumns::kRows; i += Lanes::kCount) {
      left |= static_cast<std::uint64_t>(Lanes::load(column + i).at_most(threshold)) << i;
    }
    return left & rows;
  }

  std::span<const float> row_;
  const BackgroundColumns& background_;
  std::size_t batch_;
  std::span<const std::uint32_t> bits_;
  std::span<double> tables_;
  std::size_t coalitions_;
  bool one_table_;
};

void FlatForest::add_coalitions(std::span<const float> row, const BackgroundColumns& background,
                                std::span<const std::uint32_t> bits, std::span<double> sums) const {
  const bool linear = link_ == Link::identity;
  const std::size_t coalitions = sums.size();
  std::vector<double> tables(coalitions * (linear ? 1 : BackgroundColumns::kRows));
  for (std::size_t batch = 0; batch < background.batches(); ++batch) {
    std::fill(tables.begin(), tables.end(), 0.0);
    const std::uint64_t rows = background.present(batch);
    Walk walk(row, background, batch, bits, tables, coalitions, linear);
    walk.add(base_, 0, 0, rows);
    for (const std::uint32_t root : roots_) walk.visit(&nodes_[root], 0, 0, rows);
    const std::size_t used = linear ? 1 : static_cast<std::size_t>(std::popcount(rows));
    for (std::size_t t = 0; t < used; ++t) {
      const std::span<double> table = std::span(tables).subspan(t * coalitions, coalitions);
      zeta_transform(table);
      for (std::size_t s = 0; s < coalitions; ++s) sums[s] += linear ? table[s] : sigmoid(table[s]);
    }
  }
}

}  // namespace hitscope
