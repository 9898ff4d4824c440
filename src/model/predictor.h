// A feature row in, a Verdict out: the scaler, the five models, the vote, the calibration and the reasons.
//
// Unknown features (NaN) are never replaced by a made-up value. Each model's probability is then the mean
// over the bundle's background rows, each with the known features put in; the vote and the calibration work
// on those means. With nothing known this gives the base rate.
//
// The explanation follows from the same rule. v(S) is the calibrated probability when only the features in S
// are known; a feature's contribution is its Shapley value in that game, summed exactly over all coalitions
// of the known features: contributions add up to probability - base rate. An unknown feature contributes 0.
// Source: Shapley 1953; Lundberg and Lee 2017; interventional form: Janzing, Minorics, Bloebaum 2020.
#pragma once

#include <memory>
#include <span>

#include "model/bundle.h"
#include "model/verdict.h"

namespace hitscope {

class Predictor {
 public:
  // The bundle must be valid, as every loaded one is.
  explicit Predictor(Bundle bundle);
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;
  ~Predictor();

  [[nodiscard]] const Bundle& bundle() const;

  // The five probabilities, models in the order of kModelNames. row.size() = number of features.
  [[nodiscard]] ModelProbabilities probabilities(std::span<const float> row) const;

  // Safe to call from many threads. Without `explain` and with every feature known it allocates nothing.
  [[nodiscard]] Verdict judge(std::span<const float> row, bool explain = false) const;

 private:
  struct Engine;
  std::unique_ptr<const Engine> engine_;
};

}  // namespace hitscope
