// Logistic regression by Newton's method: small (a handful of columns), exact, with what calibration needs:
// a ridge, weights that must not be negative, targets between 0 and 1.
//
// Minimises  sum_r weight_r * logloss(target_r, sigmoid(intercept + w . x_r)) + ridge / 2 * |w|^2;  the
// intercept is not penalised. With non_negative, coefficients at 0 whose gradient would push them below stay
// there and Newton's step is taken in the others (projected Newton, Bertsekas 1982). Each step is halved
// until the objective falls, so the method converges from anywhere; it stops when no coefficient moves by
// 1e-10. Separable data without a ridge has no optimum: the steps then end at the iteration limit, with large
// but finite coefficients.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/matrix.h"

namespace hitscope {

struct LogisticRegressionParams {
  double ridge = 0;
  bool non_negative = false;
  std::size_t max_iterations = 100;
};

struct LogisticModel {
  double intercept = 0;
  std::vector<double> coefficients;
};

// `weight` is empty or one per row; `start` is where to begin (coefficients empty: at zero).
// Errors: table_invalid (no rows, lengths that differ, a target outside [0, 1], a value that is not finite).
[[nodiscard]] Result<LogisticModel> fit_logistic_regression(MatrixView<double> x,
                                                            std::span<const double> target,
                                                            std::span<const double> weight,
                                                            const LogisticRegressionParams& params,
                                                            const LogisticModel& start = {});

}  // namespace hitscope
