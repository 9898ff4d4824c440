// A table ready for learning: rows of features, a binary label, an optional weight per row.
//
// Every learner of this folder takes one. Values are float32, as scikit-learn's and XGBoost's trees see them;
// a label is 1 (hit) or 0 (flop); an empty `weight` means that every row weighs 1, and a row of weight w
// counts as w copies of itself. Missing values do not exist here: data/ has dealt with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/matrix.h"

namespace hitscope {

struct Dataset {
  Matrix<float> x;
  std::vector<std::uint8_t> y;
  std::vector<double> weight;

  [[nodiscard]] std::size_t rows() const { return y.size(); }
  [[nodiscard]] std::size_t columns() const { return x.columns(); }

  // Errors: table_invalid for an empty table, lengths that differ, a label other than 0 and 1, a value that
  // is not finite, a weight that is negative or not finite, or weights that are all zero.
  [[nodiscard]] Result<void> validate() const;

  // The rows at `indices`, in that order; an index may repeat.
  [[nodiscard]] Dataset subset(std::span<const std::size_t> indices) const;
};

}  // namespace hitscope
