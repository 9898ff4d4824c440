#include "model/scaler.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace hitscope {

void Scaler::apply(std::span<const float> row, std::span<float> scaled) const {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double deviations = (static_cast<double>(row[i]) - mean[i]) / scale[i];
    scaled[i] = static_cast<float>(std::clamp(deviations, -kMaxDeviations, kMaxDeviations));
  }
}

Result<void> Scaler::validate(std::size_t n_features) const {
  const auto invalid = [](std::string why) {
    return fail(ErrorKind::model_invalid, "The model's scaler is malformed.", std::move(why));
  };
  if (mean.size() != n_features || scale.size() != n_features)
    return invalid("not one mean and scale a feature");
  for (std::size_t i = 0; i < n_features; ++i) {
    if (!std::isfinite(mean[i]) || !std::isfinite(scale[i]) || scale[i] <= 0) {
      return invalid("mean or scale of feature " + std::to_string(i));
    }
  }
  return {};
}

}  // namespace hitscope
