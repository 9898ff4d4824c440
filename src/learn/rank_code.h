// The columns of a table, each value replaced by its rank among the column's distinct values.
//
// A decision tree never looks at a value, only at the order of values. So each column is sorted once, and
// everything after works on small integers: a split "rank <= r" is exact (unlike the 256 quantile bins of
// histogram boosting), equal values share a rank, and rows in ascending order of a column are at hand without
// sorting again. Forest, boosting and single trees share one code of the same table.
//
// Ranks are uint16 where a column has at most 65,536 distinct values, else uint32.
//
// A split that separates the values a < b of a node is placed at their midpoint, rounded DOWN to float32.
// scikit-learn keeps the midpoint in float64 and compares float32 features to it; for a float32 x,
// x <= m holds exactly when x <= (m rounded down), so the served tree sends every row the same way.
//
// Limits: finite values, at most 2^24 rows (what a tree's packed entries hold) and 64 columns (a bit each).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/matrix.h"

namespace hitscope {

struct RankColumn {
  std::vector<float> values;          // the distinct values, ascending
  std::vector<std::uint16_t> narrow;  // each row's rank, if values.size() <= 65,536
  std::vector<std::uint32_t> wide;    // each row's rank, else
  std::vector<std::uint32_t> order;   // the rows in ascending order of value, ties by row

  [[nodiscard]] std::uint32_t rank(std::size_t row) const { return wide.empty() ? narrow[row] : wide[row]; }
  // The float32 that sends every value up to values[lower] left and every value from values[upper] right.
  [[nodiscard]] float threshold_between(std::size_t lower, std::size_t upper) const;
};

class RankCode {
 public:
  static constexpr std::size_t kMaxRows = std::size_t{1} << 24U;

  static constexpr std::size_t kMaxColumns = 64;  // the grower keeps a bit per column

  // Errors: table_invalid for an empty table, more than kMaxRows rows or kMaxColumns columns, or a value
  // that is not finite.
  [[nodiscard]] static Result<RankCode> of(MatrixView<float> x, unsigned n_threads = 1);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_.size(); }
  [[nodiscard]] const RankColumn& column(std::size_t c) const { return columns_[c]; }

 private:
  std::size_t rows_ = 0;
  std::vector<RankColumn> columns_;
};

}  // namespace hitscope
