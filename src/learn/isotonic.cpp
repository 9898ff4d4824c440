#include "learn/isotonic.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hitscope {
namespace {

// Neighbouring rows pooled to their weighted mean.
struct Block {
  double low;
  double high;
  double sum;  // of weight * target
  double weight;

  [[nodiscard]] double mean() const { return sum / weight; }
  void pool(const Block& next) {
    high = next.high;
    sum += next.sum;
    weight += next.weight;
  }
};

}  // namespace

Result<IsotonicMap> fit_isotonic(std::span<const double> x, std::span<const double> target,
                                 std::span<const double> weight) {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (x.empty()) return fail(ErrorKind::table_invalid, "There are no rows to learn from.");
  if (target.size() != x.size() || (!weight.empty() && weight.size() != x.size())) {
    return fail(ErrorKind::table_invalid, "There is not one target and weight per row.");
  }
  if (!std::ranges::all_of(x, finite) || !std::ranges::all_of(target, finite) ||
      !std::ranges::all_of(weight, [](double w) { return std::isfinite(w) && w > 0; })) {
    return fail(ErrorKind::table_invalid, "A value is not a finite number, or a weight is not positive.");
  }
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });

  std::vector<Block> blocks;
  for (std::size_t i = 0; i < order.size();) {
    Block block{x[order[i]], x[order[i]], 0, 0};
    for (; i < order.size() && x[order[i]] == block.low; ++i) {
      const double w = weight.empty() ? 1 : weight[order[i]];
      block.sum += w * target[order[i]];
      block.weight += w;
    }
    while (!blocks.empty() && blocks.back().mean() >= block.mean()) {
      Block previous = blocks.back();
      previous.pool(block);
      block = previous;
      blocks.pop_back();
    }
    blocks.push_back(block);
  }

  IsotonicMap map;
  for (const Block& block : blocks) {
    map.x.push_back(block.low);
    map.y.push_back(block.mean());
    if (block.high > block.low) {
      map.x.push_back(block.high);
      map.y.push_back(block.mean());
    }
  }
  return map;
}

}  // namespace hitscope
