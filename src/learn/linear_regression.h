// Ridge regression in closed form: scikit-learn's Ridge, plain least squares at ridge 0.
//
// Minimises  sum_r weight_r * (target_r - intercept - w . x_r)^2 + ridge * |w|^2;  the intercept is not
// penalised. Columns and target are centred, then the normal equations are solved by Cholesky (LDL^T), in
// float64. The condition number is squared by that: standardise the columns (standard_scaler.h), which also
// makes one ridge mean the same for each. Collinear columns need a ridge above 0.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/matrix.h"

namespace hitscope {

struct LinearModel {
  double intercept = 0;
  std::vector<double> coefficients;  // one per column

  [[nodiscard]] double value(std::span<const float> row) const;
};

// `weight` is empty or one per row. Errors: table_invalid (no rows, lengths that differ, a value that is not
// finite, columns that are collinear while ridge is 0), recipe_invalid (a negative ridge).
[[nodiscard]] Result<LinearModel> fit_linear_regression(MatrixView<float> x, std::span<const double> target,
                                                        std::span<const double> weight, double ridge);

}  // namespace hitscope
