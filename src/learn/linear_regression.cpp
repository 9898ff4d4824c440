#include "learn/linear_regression.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace hitscope {

double LinearModel::value(std::span<const float> row) const {
  double sum = intercept;
  for (std::size_t c = 0; c < coefficients.size(); ++c) sum += coefficients[c] * double{row[c]};
  return sum;
}

Result<LinearModel> fit_linear_regression(MatrixView<float> x, std::span<const double> target,
                                          std::span<const double> weight, double ridge) {
  if (x.rows() == 0) return fail(ErrorKind::table_invalid, "The table has no rows to learn from.");
  if (target.size() != x.rows() || (!weight.empty() && weight.size() != x.rows())) {
    return fail(ErrorKind::table_invalid, "The table does not have one target and weight per row.");
  }
  if (!std::ranges::all_of(x.values(), [](float value) { return std::isfinite(value); }) ||
      !std::ranges::all_of(target, [](double value) { return std::isfinite(value); }) ||
      !std::ranges::all_of(weight, [](double w) { return std::isfinite(w) && w >= 0; })) {
    return fail(ErrorKind::table_invalid, "The table holds a value that is not a finite number.");
  }
  if (!(ridge >= 0)) return fail(ErrorKind::recipe_invalid, "The ridge must not be negative.");

  const auto columns = static_cast<Eigen::Index>(x.columns());
  const auto weight_of = [&](std::size_t r) { return weight.empty() ? 1.0 : weight[r]; };
  const auto row_of = [&](std::size_t r) {
    return Eigen::Map<const Eigen::VectorXf>(x.row(r).data(), columns).cast<double>();
  };
  double total = 0;
  double target_mean = 0;
  Eigen::VectorXd mean = Eigen::VectorXd::Zero(columns);
  for (std::size_t r = 0; r < x.rows(); ++r) {
    total += weight_of(r);
    target_mean += weight_of(r) * target[r];
    mean += weight_of(r) * row_of(r);
  }
  if (!(total > 0)) return fail(ErrorKind::table_invalid, "Every row of the table weighs nothing.");
  target_mean /= total;
  mean /= total;

  Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(columns, columns);
  Eigen::VectorXd moment = Eigen::VectorXd::Zero(columns);
  for (std::size_t r = 0; r < x.rows(); ++r) {
    const Eigen::VectorXd centred = row_of(r) - mean;
    gram.selfadjointView<Eigen::Lower>().rankUpdate(centred, weight_of(r));
    moment += weight_of(r) * (target[r] - target_mean) * centred;
  }
  gram.diagonal().array() += ridge;
  const auto solver = gram.selfadjointView<Eigen::Lower>().ldlt();
  // A pivot that is rounding noise beside the largest means a column that the others already explain.
  if (solver.info() != Eigen::Success ||
      !(solver.vectorD().minCoeff() > 1e-12 * solver.vectorD().maxCoeff())) {
    return fail(ErrorKind::table_invalid, "The columns are collinear; the regression needs a ridge.");
  }
  const Eigen::VectorXd w = solver.solve(moment);
  return LinearModel{target_mean - w.dot(mean), {w.begin(), w.end()}};
}

}  // namespace hitscope
