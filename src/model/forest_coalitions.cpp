// A forest's answers for every hybrid between a row and the background's: FlatForest::add_coalitions.
//
// Highway compiles the part between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set by
// including this very file; HWY_DYNAMIC_DISPATCH picks the best one for the processor at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/forest_coalitions.cpp"
#include <hwy/foreach_target.h>
// clang-format off: highway.h must follow foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "model/flat_forest.h"
#include "model/shapley.h"

HWY_BEFORE_NAMESPACE();
namespace hitscope::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Node = FlatForest::Node;

// Bit r where column[r] <= threshold, for BackgroundColumns::kRows rows.
HWY_INLINE std::uint64_t rows_at_most(const float* column, float threshold) {
  const hn::CappedTag<float, BackgroundColumns::kRows> d;
  const auto bound = hn::Set(d, threshold);
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < BackgroundColumns::kRows; i += hn::Lanes(d)) {
    std::array<std::uint8_t, 8> bytes{};  // as many as StoreMaskBits may write
    hn::StoreMaskBits(d, hn::Le(hn::LoadU(d, column + i), bound), bytes.data());
    std::uint64_t bits = 0;
    for (std::size_t byte = 0; byte < hwy::DivCeil(hn::Lanes(d), std::size_t{8}); ++byte) {
      bits |= std::uint64_t{bytes[byte]} << 8 * byte;
    }
    rows |= bits << i;
  }
  return rows;
}

// One batch of background rows through the trees, leaving Moebius transforms: one table a row, or one for all
// where the link is linear.
class Walk {
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
      const std::uint64_t left = rows_at_most(background_.column(batch_, f), node->threshold) & rows;
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

  std::span<const float> row_;
  const BackgroundColumns& background_;
  std::size_t batch_;
  std::span<const std::uint32_t> bits_;
  std::span<double> tables_;
  std::size_t coalitions_;
  bool one_table_;
};

void add_coalitions_of(std::span<const Node> nodes, std::span<const std::uint32_t> roots, double base,
                       Link link, std::span<const float> row, const BackgroundColumns& background,
                       std::span<const std::uint32_t> bits, std::span<double> sums) {
  const bool linear = link == Link::identity;
  const std::size_t coalitions = sums.size();
  std::vector<double> tables(coalitions * (linear ? 1 : BackgroundColumns::kRows));
  for (std::size_t batch = 0; batch < background.batches(); ++batch) {
    std::fill(tables.begin(), tables.end(), 0.0);
    const std::uint64_t rows = background.present(batch);
    Walk walk(row, background, batch, bits, tables, coalitions, linear);
    walk.add(base, 0, 0, rows);
    for (const std::uint32_t root : roots) walk.visit(&nodes[root], 0, 0, rows);
    const std::size_t used = linear ? 1 : static_cast<std::size_t>(std::popcount(rows));
    for (std::size_t t = 0; t < used; ++t) {
      const std::span<double> table = std::span(tables).subspan(t * coalitions, coalitions);
      zeta_transform(table);
      for (std::size_t s = 0; s < coalitions; ++s) sums[s] += linear ? table[s] : sigmoid(table[s]);
    }
  }
}

}  // namespace
}  // namespace hitscope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hitscope {

HWY_EXPORT(add_coalitions_of);

void FlatForest::add_coalitions(std::span<const float> row, const BackgroundColumns& background,
                                std::span<const std::uint32_t> bits, std::span<double> sums) const {
  HWY_DYNAMIC_DISPATCH(add_coalitions_of)(nodes_, roots_, base_, link_, row, background, bits, sums);
}

}  // namespace hitscope
#endif
