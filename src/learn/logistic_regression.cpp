#include "learn/logistic_regression.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace hitscope {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Newton's error is squared at every step: after one this small the next would change nothing.
constexpr double kTolerance = 1e-7;

// Parameters are ordered intercept first, then the coefficients.
struct Problem {
  MatrixView<double> x;
  std::span<const double> target;
  std::span<const double> weight;
  double ridge;

  [[nodiscard]] Index size() const { return static_cast<Index>(x.columns()) + 1; }

  [[nodiscard]] double linear(const VectorXd& beta, std::size_t r) const {
    double z = beta[0];
    for (std::size_t c = 0; c < x.columns(); ++c) z += beta[static_cast<Index>(c) + 1] * x(r, c);
    return z;
  }

  [[nodiscard]] double objective(const VectorXd& beta) const {
    double sum = ridge / 2 * beta.tail(size() - 1).squaredNorm();
    for (std::size_t r = 0; r < x.rows(); ++r) {
      const double w = weight.empty() ? 1 : weight[r];
      if (w == 0) continue;
      const double z = linear(beta, r);
      // ln(1 + e^z) - t z, without overflow.
      const double loss = std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - target[r] * z;
      sum += w * loss;
    }
    return sum;
  }

  // Plain loops: with a handful of columns the bookkeeping of expressions would cost more than the sums.
  void derivatives(const VectorXd& beta, VectorXd& gradient, MatrixXd& hessian) const {
    gradient.setZero(size());
    hessian.setZero(size(), size());
    const std::size_t n = x.columns() + 1;
    std::vector<double> row(n, 1.0);
    for (std::size_t r = 0; r < x.rows(); ++r) {
      const double w = weight.empty() ? 1 : weight[r];
      if (w == 0) continue;
      std::ranges::copy(x.row(r), row.begin() + 1);
      const double p = 1 / (1 + std::exp(-linear(beta, r)));
      const double slope = w * (p - target[r]);
      const double curvature = w * p * (1 - p);
      double* columns = hessian.data();
      for (std::size_t i = 0; i < n; ++i, columns += n) {
        gradient.data()[i] += slope * row[i];
        for (std::size_t j = i; j < n; ++j) columns[j] += curvature * row[i] * row[j];
      }
    }
    gradient.tail(size() - 1) += ridge * beta.tail(size() - 1);
    hessian.diagonal().tail(size() - 1).array() += ridge;
    hessian = MatrixXd(hessian.selfadjointView<Eigen::Lower>());
  }
};

// Newton's step in the free parameters, 0 in the others. The small addition to the diagonal keeps the step
// finite where the curvature vanishes; it bends the step, not the optimum.
VectorXd newton_step(const VectorXd& gradient, const MatrixXd& hessian, const std::vector<Index>& free) {
  const auto n = static_cast<Index>(free.size());
  MatrixXd h(n, n);
  VectorXd g(n);
  for (Index i = 0; i < n; ++i) {
    g[i] = gradient[free[static_cast<std::size_t>(i)]];
    for (Index j = 0; j < n; ++j) {
      h(i, j) = hessian(free[static_cast<std::size_t>(i)], free[static_cast<std::size_t>(j)]);
    }
  }
  h.diagonal().array() += 1e-12 * (1 + h.diagonal().maxCoeff());
  const VectorXd solved = h.ldlt().solve(-g);
  VectorXd step = VectorXd::Zero(gradient.size());
  for (Index i = 0; i < n; ++i) step[free[static_cast<std::size_t>(i)]] = solved[i];
  return step;
}

VectorXd minimise(const Problem& problem, const LogisticRegressionParams& params, VectorXd beta) {
  VectorXd gradient;
  MatrixXd hessian;
  double value = problem.objective(beta);
  for (std::size_t iteration = 0; iteration < params.max_iterations; ++iteration) {
    problem.derivatives(beta, gradient, hessian);
    std::vector<Index> free;
    for (Index i = 0; i < problem.size(); ++i) {
      const bool held = params.non_negative && i > 0 && beta[i] <= 0 && gradient[i] >= 0;
      if (!held) free.push_back(i);
    }
    const VectorXd step = newton_step(gradient, hessian, free);
    double scale = 1;
    VectorXd next;
    double next_value = value;
    for (; scale > 1e-10; scale /= 2) {
      next = beta + scale * step;
      if (params.non_negative) next.tail(next.size() - 1) = next.tail(next.size() - 1).cwiseMax(0.0);
      next_value = problem.objective(next);
      if (next_value <= value) break;
    }
    if (!(next_value <= value)) break;
    const double moved = (next - beta).cwiseAbs().maxCoeff();
    beta = next;
    value = next_value;
    if (moved < kTolerance) break;
  }
  return beta;
}

}  // namespace

Result<LogisticModel> fit_logistic_regression(MatrixView<double> x, std::span<const double> target,
                                              std::span<const double> weight,
                                              const LogisticRegressionParams& params,
                                              const LogisticModel& start) {
  if (x.rows() == 0) return fail(ErrorKind::table_invalid, "The table has no rows to learn from.");
  if (target.size() != x.rows() || (!weight.empty() && weight.size() != x.rows())) {
    return fail(ErrorKind::table_invalid, "The table does not have one target and weight per row.");
  }
  if (!std::ranges::all_of(target, [](double t) { return t >= 0 && t <= 1; })) {
    return fail(ErrorKind::table_invalid, "A target is not between 0 and 1.");
  }
  if (!std::ranges::all_of(x.values(), [](double value) { return std::isfinite(value); }) ||
      !std::ranges::all_of(weight, [](double w) { return std::isfinite(w) && w >= 0; })) {
    return fail(ErrorKind::table_invalid, "The table holds a value that is not a finite number.");
  }
  const Problem problem{x, target, weight, params.ridge};
  VectorXd beta = VectorXd::Zero(problem.size());
  if (start.coefficients.size() == x.columns()) {
    beta[0] = start.intercept;
    std::ranges::copy(start.coefficients, beta.begin() + 1);
  }
  beta = minimise(problem, params, std::move(beta));
  return LogisticModel{beta[0], {beta.begin() + 1, beta.end()}};
}

}  // namespace hitscope
