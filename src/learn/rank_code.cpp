#include "learn/rank_code.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "core/parallel.h"

namespace hitscope {
namespace {

// A float's bits, changed so that unsigned order is numeric order; both zeros get one key.
std::uint32_t sortable(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0F);
  return (bits >> 31U) != 0 ? ~bits : bits | 0x80000000U;
}

float value_of(std::uint32_t key) {
  return std::bit_cast<float>((key >> 31U) != 0 ? key & 0x7FFFFFFFU : ~key);
}

// (key << 32 | row), sorted by key by a stable radix sort in three passes of 11 bits: linear, and ties keep
// their rows in ascending order.
void sort_by_key(std::vector<std::uint64_t>& pairs, std::vector<std::uint64_t>& spare) {
  constexpr unsigned kBits = 11;
  constexpr std::size_t kBuckets = std::size_t{1} << kBits;
  spare.resize(pairs.size());
  for (unsigned shift = 32; shift < 64; shift += kBits) {
    std::array<std::uint32_t, kBuckets> start{};
    for (const std::uint64_t pair : pairs) ++start[(pair >> shift) % kBuckets];
    std::uint32_t sum = 0;
    for (std::uint32_t& bucket : start) sum += std::exchange(bucket, sum);
    for (const std::uint64_t pair : pairs) spare[start[(pair >> shift) % kBuckets]++] = pair;
    pairs.swap(spare);
  }
}

RankColumn code_column(MatrixView<float> x, std::size_t c) {
  const std::size_t rows = x.rows();
  std::vector<std::uint64_t> pairs(rows);
  for (std::size_t r = 0; r < rows; ++r) pairs[r] = std::uint64_t{sortable(x(r, c))} << 32U | r;
  std::vector<std::uint64_t> spare;
  sort_by_key(pairs, spare);

  RankColumn column;
  column.order.resize(rows);
  std::vector<std::uint32_t> ranks(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto key = static_cast<std::uint32_t>(pairs[i] >> 32U);
    if (i == 0 || key != static_cast<std::uint32_t>(pairs[i - 1] >> 32U))
      column.values.push_back(value_of(key));
    column.order[i] = static_cast<std::uint32_t>(pairs[i]);
    ranks[column.order[i]] = static_cast<std::uint32_t>(column.values.size() - 1);
  }
  if (column.values.size() <= std::size_t{std::numeric_limits<std::uint16_t>::max()} + 1) {
    column.narrow.assign(ranks.begin(), ranks.end());
  } else {
    column.wide = std::move(ranks);
  }
  return column;
}

}  // namespace

float RankColumn::threshold_between(std::size_t lower, std::size_t upper) const {
  const double middle = double{values[lower]} / 2 + double{values[upper]} / 2;
  const auto rounded = static_cast<float>(middle);
  return double{rounded} <= middle ? rounded
                                   : std::nextafter(rounded, -std::numeric_limits<float>::infinity());
}

Result<RankCode> RankCode::of(MatrixView<float> x, unsigned n_threads) {
  if (x.rows() == 0) return fail(ErrorKind::table_invalid, "The table has no rows to learn from.");
  if (x.rows() > kMaxRows) {
    return fail(ErrorKind::table_invalid, "The table has more rows than training supports.",
                std::to_string(x.rows()) + " rows, at most " + std::to_string(kMaxRows));
  }
  if (x.columns() > kMaxColumns) {
    return fail(ErrorKind::table_invalid, "The table has more columns than training supports.",
                std::to_string(x.columns()) + " columns, at most " + std::to_string(kMaxColumns));
  }
  if (!std::ranges::all_of(x.values(), [](float value) { return std::isfinite(value); })) {
    return fail(ErrorKind::table_invalid, "The table holds a value that is not a finite number.");
  }
  RankCode code;
  code.rows_ = x.rows();
  code.columns_.resize(x.columns());
  parallel_for(x.columns(), n_threads,
               [&](std::size_t c, std::size_t) { code.columns_[c] = code_column(x, c); });
  return code;
}

}  // namespace hitscope
