// Gradient-boosted trees by the real XGBoost (libxgboost's C API), taken over into our own TreeEnsemble.
//
// libxgboost trains (tree_method "hist") and is not needed to serve: its model is saved as JSON in memory and
// every tree is copied. XGBoost goes left where x < c, we go left where x <= t, so t is the float32 just
// below c: the same rows go left. The sum of leaves is XGBoost's margin but for its float32 summation (below
// 1e-6). Works with libxgboost 1.7 to 3.x, whose JSON differs in details (base_score may be written
// "[5E-1]").
//
// Parameters have XGBoost's names and defaults. base_score is set to 0.5 always: since 2.0 XGBoost would
// otherwise estimate it from the data, and the same settings would mean another model from version to
// version. Deterministic for the same seed, threads and library version. What XGBoost would print is
// silenced.
//
// Source: Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD 2016;
// https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html (the JSON's schema).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/matrix.h"
#include "learn/dataset.h"
#include "model/tree_ensemble.h"

namespace hitscope {

enum class XgboostObjective {
  binary_logistic,    // targets 0 and 1; link sigmoid
  reg_squared_error,  // any finite target; link identity, use TreeEnsemble::value
};

struct XgboostParams {
  XgboostObjective objective = XgboostObjective::binary_logistic;
  std::size_t n_estimators = 100;
  std::size_t max_depth = 6;
  double learning_rate = 0.3;
  double min_child_weight = 1;
  double subsample = 1;
  double colsample_bytree = 1;
  double reg_lambda = 1;
  unsigned n_threads = 1;  // 0: one per processor
  std::uint64_t seed = 0;  // matters where subsample or colsample_bytree is below 1
};

// `weight` is empty or one per row. Errors: table_invalid (no rows, lengths that differ, a value that is not
// finite), recipe_invalid (what XGBoost says of its parameters), internal (libxgboost failed otherwise).
[[nodiscard]] Result<TreeEnsemble> fit_xgboost(MatrixView<float> x, std::span<const float> target,
                                               std::span<const float> weight, const XgboostParams& params);
[[nodiscard]] Result<TreeEnsemble> fit_xgboost(const Dataset& data, const XgboostParams& params);

// The same, with the library's own word beside ours: XGBoost's predictions (probabilities or values) for
// `probe`. For proving the conversion.
struct XgboostFit {
  TreeEnsemble trees;
  std::vector<float> predictions;
};
[[nodiscard]] Result<XgboostFit> fit_xgboost_with_predictions(MatrixView<float> x,
                                                              std::span<const float> target,
                                                              std::span<const float> weight,
                                                              const XgboostParams& params,
                                                              MatrixView<float> probe);

// Reads a model saved by XGBoost as JSON (gbtree, binary:logistic or reg:squarederror, numerical splits).
// Errors: model_invalid.
[[nodiscard]] Result<TreeEnsemble> parse_xgboost_json(std::string_view json);

}  // namespace hitscope
