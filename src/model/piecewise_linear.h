// A curve through knots: linear between them, constant beyond the ends.
#pragma once

#include <span>

namespace hitscope {

// No knots: x itself.
[[nodiscard]] double piecewise_linear(std::span<const double> knots_x, std::span<const double> knots_y,
                                      double x);

// As many y as x, all finite, x strictly rising.
[[nodiscard]] bool is_piecewise_linear(std::span<const double> knots_x, std::span<const double> knots_y);

}  // namespace hitscope
