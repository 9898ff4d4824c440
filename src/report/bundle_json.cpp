#include "report/bundle_json.h"

#include <nlohmann/json.hpp>

#include "report/json_layout.h"
#include "report/known.h"

namespace hitscope {
namespace {

using Json = nlohmann::ordered_json;

Json size_json(const Bundle& bundle) {
  const auto trees = [](const TreeEnsemble& ensemble) {
    return Json{{"trees", ensemble.roots.size()}, {"nodes", ensemble.feature.size()}};
  };
  return {{"random_forest", trees(bundle.random_forest)},
          {"xgboost", trees(bundle.xgboost)},
          {"adaboost", trees(bundle.adaboost)},
          {"knn", {{"rows", bundle.knn.labels.size()}, {"k", bundle.knn.k}}},
          {"decision_tree", trees(bundle.decision_tree)}};
}

Json bundle_json(const Bundle& bundle, const std::string& path) {
  const BundleCard& card = bundle.card;
  Json features = Json::array();
  for (const Feature& feature : bundle.features) {
    features.push_back({{"name", feature.name},
                        {"unit", known(feature.unit)},
                        {"source", known(feature.source)},
                        {"low", feature.low},
                        {"high", feature.high}});
  }
  Json estimators = Json::array();
  for (const Estimator& estimator : bundle.estimators) {
    estimators.push_back({{"name", estimator.name},
                          {"unit", known(estimator.unit)},
                          {"r2", estimator.r2},
                          {"rmse", estimator.rmse}});
  }
  Json data = Json::array();
  for (const DataFingerprint& table : card.data) {
    data.push_back({{"name", table.name}, {"sha256", table.sha256}, {"rows", table.rows}});
  }
  // The card's own JSON may be anything: what does not parse is shown as unknown rather than trusted.
  Json metrics = Json::parse(card.metrics_json, nullptr, false);
  if (metrics.is_discarded()) metrics = Json();
  return {{"path", path},
          {"name", known(card.name)},
          {"version", known(card.version)},
          {"created", known(card.created)},
          {"event", known(card.event)},
          {"trained_on", known(card.trained_on)},
          {"data_licence", known(card.data_licence)},
          {"auc_grouped", known(card.auc_grouped)},
          {"ece", known(card.ece)},
          {"features", std::move(features)},
          {"estimators", std::move(estimators)},
          {"models", size_json(bundle)},
          {"data", std::move(data)},
          {"metrics", std::move(metrics)},
          {"recipe", known(card.recipe)}};
}

}  // namespace

std::string to_json(const Bundle& bundle, const std::string& path, JsonLayout layout) {
  const Json json = bundle_json(bundle, path);
  return layout == JsonLayout::compact ? compact_json(json) : readable_json(json);
}

}  // namespace hitscope
