// From what is measured of the audio to an attribute on the scale of the published tables (energy 0..1,
// loudness in dB as Spotify states it, ...). A regression, and labelled as one: every estimate travels with
// the share of variance it explained on held-out tracks (r2), so nobody mistakes it for a measurement.
//
//   s = scaled, transformed inputs
//   estimate = clamp(curve(intercept + coefficients . s + trees(s)), low, high)
//
// Each part is optional: a single input with coefficient 1 and a curve is a 1-D lookup; no curve and no trees
// is linear regression. An input that is unknown, or where its transform is undefined, gives no estimate.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "model/measurements.h"
#include "model/scaler.h"
#include "model/tree_ensemble.h"

namespace hitscope {

enum class Transform { none, log10 };

struct EstimatorInput {
  std::string name;  // as in Measurements
  Transform transform = Transform::none;
};

struct Estimator {
  static constexpr std::size_t kMaxInputs = 64;

  std::string name;  // "energy", "loudness_db", ...
  std::string unit;
  std::vector<EstimatorInput> inputs;
  Scaler scaler;  // of the transformed inputs; empty = none
  double intercept = 0;
  std::vector<double> coefficients;  // one an input; empty = none
  TreeEnsemble trees;                // no roots = none; its value() is added, whatever its link
  std::vector<double> curve_x;       // knots, see piecewise_linear.h; empty = identity
  std::vector<double> curve_y;
  double low = 0;
  double high = 1;
  // On held-out tracks, in the attribute's unit.
  double r2 = 0;
  double rmse = 0;
  double residual_sd = 0;

  [[nodiscard]] std::optional<double> evaluate(const Measurements& measured) const;

  // Errors: model_invalid.
  [[nodiscard]] Result<void> validate() const;
};

struct Estimate {
  std::string name;
  std::string unit;
  double value = 0;
  double r2 = 0;
  double rmse = 0;
};

// Those whose inputs are known, in the estimators' order.
[[nodiscard]] std::vector<Estimate> estimate_all(const std::vector<Estimator>& estimators,
                                                 const Measurements& measured);

}  // namespace hitscope
