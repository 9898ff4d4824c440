// Standardisation: (x - mean) / scale per feature, scikit-learn's StandardScaler (population standard
// deviation; a constant feature has scale 1).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/error.h"

namespace hitscope {

struct Scaler {
  // Nothing real lies this many deviations away; the limit keeps every distance finite.
  static constexpr double kMaxDeviations = 1e9;

  std::vector<double> mean;
  std::vector<double> scale;

  // `scaled` has the same length as `row` and may be the same memory; float32 result, computed in double,
  // limited to +-kMaxDeviations. NaN stays NaN.
  void apply(std::span<const float> row, std::span<float> scaled) const;

  // Both of length n_features, finite, scale > 0. Errors: model_invalid.
  [[nodiscard]] Result<void> validate(std::size_t n_features) const;
};

}  // namespace hitscope
