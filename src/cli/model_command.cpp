#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "model/bundle.h"
#include "model/find_bundle.h"
#include "report/bundle_json.h"
#include "report/json_layout.h"
#include "report/paint.h"
#include "report/plain_text.h"

namespace hitscope::cli {
namespace {

using Json = nlohmann::ordered_json;

Json known(const std::string& text) {
  return text.empty() ? Json() : Json(text);
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
      console.out << to_json(*bundle, path->string(), JsonLayout::readable) << '\n';
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
