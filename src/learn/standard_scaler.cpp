#include "learn/standard_scaler.h"

#include <cmath>
#include <limits>

namespace hitscope {

Result<Scaler> fit_scaler(MatrixView<float> x) {
  if (x.rows() == 0) return fail(ErrorKind::table_invalid, "The table has no rows to learn from.");
  const auto n = static_cast<double>(x.rows());
  Scaler scaler;
  for (std::size_t c = 0; c < x.columns(); ++c) {
    double sum = 0;
    for (std::size_t r = 0; r < x.rows(); ++r) sum += double{x(r, c)};
    if (!std::isfinite(sum)) {
      return fail(ErrorKind::table_invalid, "The table holds a value that is not a finite number.");
    }
    const double mean = sum / n;
    double squares = 0;
    double rest = 0;
    for (std::size_t r = 0; r < x.rows(); ++r) {
      const double deviation = double{x(r, c)} - mean;
      squares += deviation * deviation;
      rest += deviation;
    }
    const double variance = (squares - rest * rest / n) / n;
    // scikit-learn's bound for "constant": the variance that rounding alone can produce.
    constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
    const double noise = n * kEpsilon * variance + (n * mean * kEpsilon) * (n * mean * kEpsilon);
    scaler.mean.push_back(mean);
    scaler.scale.push_back(variance <= noise ? 1.0 : std::sqrt(variance));
  }
  return scaler;
}

Matrix<float> standardise(const Scaler& scaler, MatrixView<float> x) {
  Matrix<float> scaled(x.rows(), x.columns());
  for (std::size_t r = 0; r < x.rows(); ++r) scaler.apply(x.row(r), scaled.row(r));
  return scaled;
}

}  // namespace hitscope
