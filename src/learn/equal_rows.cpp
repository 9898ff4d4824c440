#include "learn/equal_rows.h"

#include <algorithm>
#include <numeric>

namespace hitscope {

std::vector<std::uint32_t> first_equal_rows(const RankCode& code, std::span<const std::uint8_t> y) {
  std::vector<std::uint32_t> first(code.rows());
  std::iota(first.begin(), first.end(), 0U);
  if (code.columns() == 0) return first;

  // The column of most values leaves the smallest groups of candidates, in order already.
  std::size_t widest = 0;
  for (std::size_t c = 1; c < code.columns(); ++c) {
    if (code.column(c).values.size() > code.column(widest).values.size()) widest = c;
  }
  const auto compare = [&](std::uint32_t a, std::uint32_t b) {
    if (y[a] != y[b]) return y[a] < y[b] ? -1 : 1;
    for (std::size_t c = 0; c < code.columns(); ++c) {
      const std::uint32_t rank_a = code.column(c).rank(a);
      const std::uint32_t rank_b = code.column(c).rank(b);
      if (rank_a != rank_b) return rank_a < rank_b ? -1 : 1;
    }
    return 0;
  };
  std::vector<std::uint32_t> order = code.column(widest).order;
  const auto rank_of = [&](std::uint32_t row) { return code.column(widest).rank(row); };
  for (auto group = order.begin(); group != order.end();) {
    const auto end =
        std::find_if(group, order.end(), [&](std::uint32_t row) { return rank_of(row) != rank_of(*group); });
    std::sort(group, end, [&](std::uint32_t a, std::uint32_t b) {
      const int order_of = compare(a, b);
      return order_of < 0 || (order_of == 0 && a < b);
    });
    for (auto row = group + 1; row < end; ++row) {
      if (compare(*(row - 1), *row) == 0) first[*row] = first[*(row - 1)];
    }
    group = end;
  }
  return first;
}

}  // namespace hitscope
