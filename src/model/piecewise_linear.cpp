#include "model/piecewise_linear.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hitscope {

double piecewise_linear(std::span<const double> knots_x, std::span<const double> knots_y, double x) {
  if (knots_x.empty()) return x;
  const auto above = std::upper_bound(knots_x.begin(), knots_x.end(), x);
  if (above == knots_x.begin()) return knots_y.front();
  if (above == knots_x.end()) return knots_y.back();
  const auto i = static_cast<std::size_t>(above - knots_x.begin());
  const double t = (x - knots_x[i - 1]) / (knots_x[i] - knots_x[i - 1]);
  return knots_y[i - 1] + t * (knots_y[i] - knots_y[i - 1]);
}

bool is_piecewise_linear(std::span<const double> knots_x, std::span<const double> knots_y) {
  const auto is_finite = [](double v) { return std::isfinite(v); };
  return knots_x.size() == knots_y.size() && std::all_of(knots_x.begin(), knots_x.end(), is_finite) &&
         std::all_of(knots_y.begin(), knots_y.end(), is_finite) &&
         std::adjacent_find(knots_x.begin(), knots_x.end(), [](double a, double b) { return a >= b; }) ==
             knots_x.end();
}

}  // namespace hitscope
