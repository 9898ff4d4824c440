// From five probabilities to one that can be believed: the calibrated consensus.
//
// A logistic stack, z = intercept + sum_i weight_i * logit(p_i) with p_i clipped to [kClip, 1 - kClip],
// p = sigmoid(z), followed by a monotone piecewise-linear map (isotonic regression's knots) where the fit
// wants one. The interval is that of the stack's own uncertainty: the 5 % and 95 % quantiles of the
// probability over bootstrap replicates of the coefficients. It says how well the calibration is known,
// not how much tracks with the same features differ.
// Fitted in learn/ on held-out folds. Source: Platt 1999; Wolpert 1992 (stacking); Zadrozny and Elkan 2002.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "core/error.h"
#include "model/verdict.h"

namespace hitscope {

using ModelProbabilities = std::array<double, kModelCount>;  // P(hit), in the order of kModelNames

struct StackCoefficients {
  double intercept = 0;
  std::array<double, kModelCount> weights{};
};

struct CalibratedProbability {
  double probability = 0;
  double low = 0;
  double high = 0;
};

struct ConsensusCalibration {
  static constexpr double kClip = 1e-4;
  static constexpr std::size_t kMaxReplicates = 1024;

  StackCoefficients stack;
  // Knots of the map, map_x strictly rising and map_y not falling, both within [0, 1]; linear between,
  // constant beyond the ends. Empty: the stack's probability as it is.
  std::vector<double> map_x;
  std::vector<double> map_y;
  std::vector<StackCoefficients> replicates;  // empty: low = high = probability

  [[nodiscard]] double probability(const ModelProbabilities& p) const;
  // The interval always contains the probability. Allocates nothing.
  [[nodiscard]] CalibratedProbability calibrate(const ModelProbabilities& p) const;

  // Errors: model_invalid.
  [[nodiscard]] Result<void> validate() const;
};

}  // namespace hitscope
