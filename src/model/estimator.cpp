#include "model/estimator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "model/piecewise_linear.h"

namespace hitscope {
namespace {

std::optional<float> transformed(const EstimatorInput& input, const Measurements& measured) {
  std::optional<double> value = measured.get(input.name);
  if (value && input.transform == Transform::log10) {
    value = *value > 0 ? std::optional(std::log10(*value)) : std::nullopt;
  }
  if (!value) return std::nullopt;
  return static_cast<float>(std::clamp(*value, -1e30, 1e30));
}

}  // namespace

std::optional<double> Estimator::evaluate(const Measurements& measured) const {
  std::array<float, kMaxInputs> values{};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::optional<float> value = transformed(inputs[i], measured);
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  const std::span<float> row = std::span(values).first(inputs.size());
  if (!scaler.mean.empty()) scaler.apply(row, row);
  double sum = intercept;
  for (std::size_t i = 0; i < coefficients.size(); ++i) sum += coefficients[i] * static_cast<double>(row[i]);
  if (!trees.roots.empty()) sum += trees.value(row);
  const double estimate = piecewise_linear(curve_x, curve_y, sum);
  if (std::isnan(estimate)) return std::nullopt;
  return std::clamp(estimate, low, high);
}

Result<void> Estimator::validate() const {
  const auto invalid = [this](std::string why) {
    return fail(ErrorKind::model_invalid, "An estimator of the model is malformed.",
                "\"" + name + "\": " + std::move(why));
  };
  const auto is_finite = [](double v) { return std::isfinite(v); };
  if (name.empty()) return invalid("no name");
  if (inputs.empty() || inputs.size() > kMaxInputs) return invalid(std::to_string(inputs.size()) + " inputs");
  if (!scaler.mean.empty() || !scaler.scale.empty()) {
    if (const auto sound = scaler.validate(inputs.size()); !sound) return sound;
  }
  if (!coefficients.empty() && coefficients.size() != inputs.size())
    return invalid("coefficients do not match inputs");
  if (!std::isfinite(intercept) || !std::all_of(coefficients.begin(), coefficients.end(), is_finite)) {
    return invalid("a coefficient is not finite");
  }
  if (!is_piecewise_linear(curve_x, curve_y)) return invalid("the curve's knots do not rise");
  if (!std::isfinite(low) || !std::isfinite(high) || low > high) return invalid("its range is empty");
  if (!std::isfinite(r2) || !std::isfinite(rmse) || !std::isfinite(residual_sd)) {
    return invalid("its quality is not finite");
  }
  return trees.validate(inputs.size());
}

std::vector<Estimate> estimate_all(const std::vector<Estimator>& estimators, const Measurements& measured) {
  std::vector<Estimate> estimates;
  for (const Estimator& estimator : estimators) {
    if (const std::optional<double> value = estimator.evaluate(measured)) {
      estimates.push_back({estimator.name, estimator.unit, *value, estimator.r2, estimator.rmse});
    }
  }
  return estimates;
}

}  // namespace hitscope
