#include <fmt/format.h>

#include "learn/trainer.h"

namespace hitscope {
namespace {

std::string data_table(const BundleCard& card) {
  std::string text = "| table | rows | SHA-256 |\n|---|---|---|\n";
  for (const DataFingerprint& data : card.data) {
    text += fmt::format("| {} | {} | {} |\n", data.name, data.rows, data.sha256.empty() ? "–" : data.sha256);
  }
  return text;
}

std::string estimator_table(const TrainedBundle& trained) {
  std::string text =
      "| attribute | R² | root mean squared error | tracks | served |\n|---|---|---|---|---|\n";
  for (const EstimatorQuality& quality : trained.estimators) {
    bool served = false;
    for (const Estimator& estimator : trained.bundle.estimators)
      served = served || estimator.name == quality.name;
    text += fmt::format("| {} | {:.3f} | {:.3f} | {} | {} |\n", quality.name, quality.r2, quality.rmse,
                        quality.rows, served ? "yes" : "no");
  }
  return text;
}

}  // namespace

std::string card_markdown(const TrainedBundle& trained) {
  const BundleCard& card = trained.bundle.card;
  std::string text = fmt::format(
      "# Model card: {0}\n\n"
      "Written by `hitscope train`; do not edit.\n\n"
      "- **What a HIT is**: {1}.\n"
      "- **Features**: {2}.\n"
      "- **Trained on**: {3}.\n"
      "- **Licence of the data**: {4}\n\n"
      "## What to believe\n\n"
      "Sound says little about popularity. Judged on artists that no member learned from, the consensus "
      "ranks a hit "
      "above a flop {5} of the time, where guessing gives 0.500, and within a genre it is weaker still. The "
      "probability speaks of the years, market and playlists that the tables come from; it knows nothing of "
      "the "
      "artist's name, the marketing or the words, which decide more.\n\n",
      card.name, card.event, fmt::join(trained.evaluation.features, ", "), card.trained_on, card.data_licence,
      card.auc_grouped ? fmt::format("{:.3f}", *card.auc_grouped) : "(not measured)");
  text += "## Data\n\n" + data_table(card) + "\n";
  if (!trained.estimators.empty()) {
    text += "## Attributes estimated from audio\n\nCross-validated with whole artists held out.\n\n" +
            estimator_table(trained) + "\n";
  }
  // The evaluation's own headings, one level down.
  bool line_start = true;
  for (const char c : to_markdown(trained.evaluation)) {
    if (line_start && c == '#') text += '#';
    text += c;
    line_start = c == '\n';
  }
  return text;
}

}  // namespace hitscope
