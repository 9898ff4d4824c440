#include "learn/stump_search.h"

#include <algorithm>

#include "core/parallel.h"

namespace hitscope {
namespace {

template <typename Rank>
void add_up(std::span<const Rank> ranks, std::span<const std::uint8_t> y, std::span<const double> weights,
            double* cells) {
  for (std::size_t r = 0; r < ranks.size(); ++r) cells[2 * std::size_t{ranks[r]} + y[r]] += weights[r];
}

}  // namespace

StumpSearch::StumpSearch(const RankCode& code, std::span<const std::uint8_t> y, unsigned n_threads)
    : code_(&code), y_(y), n_threads_(n_threads), cells_(code.columns()), bests_(code.columns()) {}

void StumpSearch::search_column(std::size_t c, std::span<const double> weights) {
  const RankColumn& column = code_->column(c);
  std::vector<double>& cells = cells_[c];
  cells.assign(2 * column.values.size(), 0);
  if (column.wide.empty()) {
    add_up<std::uint16_t>(column.narrow, y_, weights, cells.data());
  } else {
    add_up<std::uint32_t>(column.wide, y_, weights, cells.data());
  }
  double total[2] = {0, 0};
  for (std::size_t i = 0; i < cells.size(); i += 2) {
    total[0] += cells[i];
    total[1] += cells[i + 1];
  }

  // As in gini_scan.h, the gain is d^2 / (l (w - l)), and only what passes the screen is divided.
  const double weight = total[0] + total[1];
  Best best;
  double left[2] = {0, 0};
  for (std::uint32_t rank = 0; rank < column.values.size(); ++rank) {
    left[0] += cells[2 * std::size_t{rank}];
    left[1] += cells[2 * std::size_t{rank} + 1];
    const double l = left[0] + left[1];
    const double d = left[1] * weight - l * total[1];
    const double denominator = l * (weight - l);
    if (denominator > 0 && d * d > best.gain * denominator) best = {d * d / denominator, rank};
  }
  bests_[c] = best;
}

Stump StumpSearch::best(std::span<const double> weights) {
  parallel_for(code_->columns(), n_threads_, [&](std::size_t c, std::size_t) { search_column(c, weights); });
  const auto first_best = std::ranges::max_element(bests_, {}, &Best::gain);
  Stump stump;
  stump.column = static_cast<std::size_t>(first_best - bests_.begin());
  const std::vector<double>& cells = cells_[stump.column];
  const std::size_t values = cells.size() / 2;
  stump.is_split = first_best->gain >= 0;
  stump.left_rank = stump.is_split ? first_best->left_rank : static_cast<std::uint32_t>(values - 1);
  for (std::size_t rank = 0; rank < values; ++rank) {
    double* side = rank <= stump.left_rank ? stump.left : stump.right;
    side[0] += cells[2 * rank];
    side[1] += cells[2 * rank + 1];
  }
  if (!stump.is_split) return stump;
  // The cut lies halfway between values that rows of some weight have.
  const auto weighs = [&](std::uint32_t rank) {
    return cells[2 * std::size_t{rank}] + cells[2 * std::size_t{rank} + 1] > 0;
  };
  std::uint32_t lower = stump.left_rank;
  std::uint32_t upper = stump.left_rank + 1;
  while (!weighs(lower)) --lower;
  while (!weighs(upper)) ++upper;
  stump.threshold = code_->column(stump.column).threshold_between(lower, upper);
  return stump;
}

}  // namespace hitscope
