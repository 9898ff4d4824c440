// Isotonic regression by pool-adjacent-violators: the non-decreasing step function nearest to the targets in
// weighted squares. Where it maps a score to a probability, it calibrates without assuming a shape.
//
// Result: knots for piecewise_linear() (model/piecewise_linear.h). A pooled block is constant between its
// smallest and largest x, so it gives two knots (one where it holds a single x); between blocks the map is
// linear, as scikit-learn's IsotonicRegression has it. O(n log n) for the sort, O(n) after.
// Source: Ayer, Brunk, Ewing, Reid, Silverman, 1955; Zadrozny and Elkan 2002 (for calibration).
#pragma once

#include <span>
#include <vector>

#include "core/error.h"

namespace hitscope {

struct IsotonicMap {
  std::vector<double> x;  // strictly rising
  std::vector<double> y;  // not falling
};

// Targets at equal x are averaged first. `weight` is empty or one per row.
// Errors: table_invalid (no rows, lengths that differ, a value that is not finite, a weight that is not
// positive).
[[nodiscard]] Result<IsotonicMap> fit_isotonic(std::span<const double> x, std::span<const double> target,
                                               std::span<const double> weight = {});

}  // namespace hitscope
