#include "model/bundle.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

#include "model/flat_forest.h"

namespace hitscope {
namespace {

tl::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorKind::model_invalid, "The model is malformed.", std::move(detail));
}

bool all_finite(MatrixView<float> matrix) {
  const auto values = matrix.values();
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

Result<void> check_forest(const TreeEnsemble& forest, std::string_view name, std::size_t n_features) {
  if (forest.roots.empty()) return invalid(std::string(name) + " has no trees");
  if (forest.feature.size() > FlatForest::kMaxNodes)
    return invalid(std::string(name) + " has too many nodes");
  auto sound = forest.validate(n_features);
  if (!sound) sound.error().detail = std::string(name) + ": " + sound.error().detail;
  return sound;
}

Result<void> check_quantiles(const Matrix<float>& quantiles, std::size_t n_features) {
  if (quantiles.columns() < 2 || quantiles.rows() != n_features)
    return invalid("quantiles are not features x levels");
  if (!all_finite(quantiles)) return invalid("a quantile is not finite");
  for (std::size_t f = 0; f < n_features; ++f) {
    const auto levels = quantiles.row(f);
    if (!std::is_sorted(levels.begin(), levels.end())) return invalid("quantiles fall");
  }
  return {};
}

}  // namespace

Result<void> Bundle::validate() const {
  const std::size_t n = features.size();
  const std::size_t columns = n + derived.size();
  if (n == 0 || columns > kMaxFeatures) return invalid(std::to_string(columns) + " features");
  for (const DerivedColumn& column : derived) {
    if (column.of >= n) return invalid("a column is derived from a feature that is not there");
  }
  std::set<std::string_view> names;
  for (const Feature& feature : features) {
    if (feature.name.empty() || !names.insert(feature.name).second) {
      return invalid("feature \"" + feature.name + "\" is nameless or given twice");
    }
    if (!std::isfinite(feature.low) || !std::isfinite(feature.high) || feature.low > feature.high) {
      return invalid("the range of feature \"" + feature.name + "\" is empty");
    }
  }
  if (auto sound = scaler.validate(columns); !sound) return sound;
  const std::array<std::pair<std::string_view, const TreeEnsemble*>, 4> forests = {
      {{"random_forest", &random_forest},
       {"xgboost", &xgboost},
       {"adaboost", &adaboost},
       {"decision_tree", &decision_tree}}};
  for (const auto& [name, forest] : forests) {
    if (auto sound = check_forest(*forest, name, columns); !sound) return sound;
  }
  if (knn.n_features != n) return invalid("knn has " + std::to_string(knn.n_features) + " features");
  if (auto sound = knn.validate(); !sound) return sound;
  if (auto sound = calibration.validate(); !sound) return sound;
  if (background.columns() != n || background.rows() == 0 || background.rows() > kMaxBackgroundRows) {
    return invalid("the background has " + std::to_string(background.rows()) + " rows");
  }
  if (!all_finite(background)) return invalid("a background value is not finite");
  if (auto sound = check_quantiles(hit_quantiles, n); !sound) return sound;
  if (auto sound = check_quantiles(flop_quantiles, n); !sound) return sound;
  for (const Estimator& estimator : estimators) {
    if (auto sound = estimator.validate(); !sound) return sound;
  }
  for (const std::optional<double>& figure : {card.auc_grouped, card.ece}) {
    if (figure && !std::isfinite(*figure)) return invalid("a figure of the card is not finite");
  }
  return {};
}

double percentile_of(std::span<const float> quantiles, double value) {
  // Between levels linear; below the first 0, above the last 1.
  const auto position = [&](auto bound) {
    if (bound == quantiles.begin()) return 0.0;
    const double last = static_cast<double>(quantiles.size() - 1);
    if (bound == quantiles.end()) return 1.0;
    const auto upper = static_cast<double>(*bound);
    const auto lower = static_cast<double>(*(bound - 1));
    const double fraction = upper > lower ? std::clamp((value - lower) / (upper - lower), 0.0, 1.0) : 1.0;
    return (static_cast<double>(bound - quantiles.begin() - 1) + fraction) / last;
  };
  const auto first = std::lower_bound(quantiles.begin(), quantiles.end(), value);
  const auto beyond = std::upper_bound(quantiles.begin(), quantiles.end(), value);
  return first == beyond ? position(first) : 0.5 * (position(first) + position(beyond));
}

std::vector<float> feature_row(const Bundle& bundle, const Measurements& measured) {
  const auto estimated = [&](std::string_view name) -> std::optional<double> {
    for (const Estimator& estimator : bundle.estimators) {
      if (estimator.name == name) return estimator.evaluate(measured);
    }
    return std::nullopt;
  };
  std::vector<float> row;
  row.reserve(bundle.features.size());
  for (const Feature& feature : bundle.features) {
    std::optional<double> value = measured.get(feature.name);
    if (!value) value = measured.get(feature.source);
    if (!value) value = estimated(feature.source);
    if (!value) value = estimated(feature.name);
    row.push_back(value ? static_cast<float>(std::clamp(*value, -1e30, 1e30))
                        : std::numeric_limits<float>::quiet_NaN());
  }
  return row;
}

}  // namespace hitscope
