// Fits a Scaler: each column's mean and population standard deviation, as scikit-learn's StandardScaler.
//
// Two passes in float64 (mean first, then squared deviations, with the correction for the mean's rounding of
// Chan, Golub, LeVeque 1983). A column whose deviation is no more than rounding noise is constant and gets
// scale 1, so that it becomes 0 and not noise blown up.
#pragma once

#include "core/error.h"
#include "core/matrix.h"
#include "model/scaler.h"

namespace hitscope {

// Errors: table_invalid for no rows or a value that is not finite.
[[nodiscard]] Result<Scaler> fit_scaler(MatrixView<float> x);

// Every row of `x` standardised.
[[nodiscard]] Matrix<float> standardise(const Scaler& scaler, MatrixView<float> x);

}  // namespace hitscope
