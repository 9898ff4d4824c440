#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "model/bundle.h"
#include "model/find_bundle.h"
#include "report/json_layout.h"
#include "report/paint.h"
#include "report/plain_text.h"

namespace hitscope::cli {
namespace {

using Json = nlohmann::ordered_json;

Json known(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}
Json known(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

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

Json show_json(const std::string& path, const Bundle& bundle) {
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

class ShowText {
 public:
  explicit ShowText(const Console& console) : console_(console), paint_(console.colour) {}

  void write(const std::string& path, const Bundle& bundle) {
    const BundleCard& card = bundle.card;
    console_.out << paint_(Ink::bold, fmt::format("{} {}", printable(card.name), printable(card.version)))
                 << '\n'
                 << printable(path) << "\n\n";
    line("Predicts", card.event);
    line("Trained on", card.trained_on);
    line("Data licence", card.data_licence);
    line("AUC", card.auc_grouped
                    ? fmt::format("{:.3f} on artists it never learnt from (0.5 a coin, 1 certain)",
                                  *card.auc_grouped)
                    : "unknown");
    line("ECE", card.ece ? fmt::format("{:.3f}: how far its probabilities are off, on average", *card.ece)
                         : "unknown");
    std::string inputs;
    for (const Feature& feature : bundle.features) inputs += (inputs.empty() ? "" : ", ") + feature.name;
    line("Inputs", inputs);
    std::string estimates;
    for (const Estimator& estimator : bundle.estimators) {
      estimates +=
          fmt::format("{}{} (R² {:.2f})", estimates.empty() ? "" : ", ", estimator.name, estimator.r2);
    }
    line("Estimates", estimates);
    for (const DataFingerprint& table : card.data) {
      line("Data", fmt::format("{}, {} rows, SHA-256 {}", table.name, table.rows, table.sha256));
    }
    line("Models",
         fmt::format("random forest {} trees, XGBoost {}, AdaBoost {}, {} neighbours among {} rows, a tree "
                     "of {} nodes",
                     bundle.random_forest.roots.size(), bundle.xgboost.roots.size(),
                     bundle.adaboost.roots.size(), bundle.knn.k, bundle.knn.labels.size(),
                     bundle.decision_tree.feature.size()));
  }

 private:
  void line(std::string_view label, const std::string& value) {
    if (value.empty()) return;
    constexpr std::size_t kColumn = 16;
    const std::string text = wrap(printable(value), console_.width, std::string(kColumn, ' '));
    console_.out << "  " << paint_(Ink::dim, fmt::format("{:<14}", label)) << text.substr(kColumn);
  }

  const Console& console_;
  Paint paint_;
};

int refuse(const ModelArguments& arguments, const Console& console, Format format, const Error& error) {
  if (format == Format::json) {
    console.out << readable_json({{"path", arguments.bundle},
                                  {"error",
                                   {{"type", type_name(error.kind)},
                                    {"title", error.message},
                                    {"detail", known(error.detail)}}}})
                << '\n';
  }
  console.err << "hitscope: " << printable(arguments.bundle) << ": " << printable(error.message) << '\n';
  if (!error.detail.empty()) console.err << "  " << printable(error.detail) << '\n';
  return kSomeFailed;
}

}  // namespace

int run(const ModelArguments& arguments, const Console& console) {
  const Format format = console.choose(arguments.format);
  const auto path = find_bundle(arguments.bundle);
  if (!path) return refuse(arguments, console, format, path.error());
  const Result<Bundle> bundle = load_bundle(*path);  // checks everything there is to check
  if (!bundle) return refuse(arguments, console, format, bundle.error());

  if (arguments.action == ModelArguments::Action::show) {
    if (format == Format::json) {
      console.out << readable_json(show_json(path->string(), *bundle)) << '\n';
    } else {
      ShowText(console).write(path->string(), *bundle);
    }
  } else if (format == Format::json) {
    console.out << readable_json({{"path", path->string()},
                                  {"valid", true},
                                  {"name", known(bundle->card.name)},
                                  {"version", known(bundle->card.version)}})
                << '\n';
  } else {
    console.out << fmt::format("{} is whole and usable: {} {}\n", printable(path->string()),
                               printable(bundle->card.name), printable(bundle->card.version));
  }
  return console.out.flush() ? kAllDone : kNobodyReads;
}

}  // namespace hitscope::cli
