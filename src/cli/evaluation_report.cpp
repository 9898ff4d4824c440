#include "cli/evaluation_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <system_error>
#include <utility>
#include <vector>

#include "model/predictor.h"
#include "report/svg_chart.h"
#include "report/wording.h"

namespace hitscope::cli {
namespace {

namespace fs = std::filesystem;

// Plots by file name, and the Markdown that shows them.
class Gallery {
 public:
  void heading(const std::string& words) { markdown_ += "\n## " + words + "\n"; }
  void add(const std::string& file, const std::string& alternative, std::string svg) {
    markdown_ += fmt::format("\n![{}]({})\n", alternative, file);
    files_.emplace_back(file, std::move(svg));
  }

  Result<void> write(const fs::path& folder, const std::string& words, const std::string& json) const {
    std::error_code problem;
    fs::create_directories(folder, problem);
    std::vector<std::pair<std::string, std::string>> all = files_;
    all.emplace_back("report.md", words + markdown_);
    all.emplace_back("report.json", json + "\n");
    for (const auto& [name, content] : all) {
      const fs::path path = folder / name;
      if (!(std::ofstream(path, std::ios::binary) << content).flush()) {
        return fail(ErrorKind::unreadable, "The report cannot be written.", path.string());
      }
    }
    return {};
  }

 private:
  std::string markdown_;
  std::vector<std::pair<std::string, std::string>> files_;
};

std::vector<std::string> model_labels() {
  std::vector<std::string> labels;
  for (const std::string_view name : kModelNames) labels.push_back(model_label(name));
  return labels;
}

std::string roc_plot(const TableEvaluation& table) {
  Line roc{.name = "consensus", .points = {}};
  for (const RocPoint& point : table.roc) roc.points.emplace_back(point.false_positive, point.true_positive);
  const Line coin{.name = "a coin", .points = {{0, 0}, {1, 1}}, .dashed = true};
  return line_chart("ROC: " + table.name, {.label = "flops called hits"}, {.label = "hits called hits"},
                    {roc, coin});
}

std::string reliability_plot(const TableEvaluation& table) {
  Line measured{.name = "consensus", .points = {}, .dots = true};
  for (const ReliabilityBin& bin : table.reliability) {
    if (bin.rows > 0) measured.points.emplace_back(bin.mean_probability, bin.share_of_hits);
  }
  const Line ideal{.name = "as stated", .points = {{0, 0}, {1, 1}}, .dashed = true};
  return line_chart("Reliability: " + table.name, {.label = "stated probability"}, {.label = "share of hits"},
                    {measured, ideal});
}

// Under the balanced prior: accuracy is the mean of the shares of hits and of flops that are called right.
std::string confusion_plot(const TableEvaluation& table, const Scores& consensus) {
  constexpr std::size_t kRecall = 2;  // in kScoreNames
  const double recall = consensus.scores[kRecall].value;
  const double specificity = 2 * consensus.accuracy().value - recall;
  return matrix_chart("Confusion of the consensus: " + table.name, {"hits", "flops"},
                      {"called HIT", "called FLOP"}, {{recall, 1 - recall}, {1 - specificity, specificity}});
}

std::string agreement_plot(const TableEvaluation& table) {
  std::vector<std::vector<double>> shares;
  for (const auto& row : table.agreement) shares.emplace_back(row.begin(), row.end());
  return matrix_chart("Equal votes: " + table.name, model_labels(), model_labels(), shares);
}

std::string votes_plot(const TableEvaluation& table) {
  std::vector<Bar> bars;
  for (std::size_t votes = 0; votes < table.votes.size(); ++votes) {
    const VoteCount& count = table.votes[votes];
    bars.push_back({.name = fmt::format("{} votes for HIT", votes),
                    .value = count.rows > 0 ? count.share_of_hits : 0,
                    .note = count.rows > 0
                                ? fmt::format("{} of {} tracks", percent(count.share_of_hits), count.rows)
                                : std::string("no track")});
  }
  return bar_chart("What the votes are worth: " + table.name, "share of hits, as many hits as flops", bars);
}

void add_table(Gallery& gallery, const TableEvaluation& table, std::size_t number) {
  gallery.heading("Plots: " + table.name);
  const auto file = [&](std::string_view kind) { return fmt::format("{}-{}.svg", kind, number); };
  gallery.add(file("roc"), "ROC curve", roc_plot(table));
  gallery.add(file("reliability"), "Stated probability against the share of hits", reliability_plot(table));
  const auto consensus = std::ranges::find(table.models, "consensus", &NamedScores::name);
  if (consensus != table.models.end()) {
    gallery.add(file("confusion"), "Confusion matrix", confusion_plot(table, consensus->scores));
  }
  gallery.add(file("agreement"), "Agreement between the models", agreement_plot(table));
  gallery.add(file("votes"), "Share of hits by number of votes", votes_plot(table));
}

void add_tables(Gallery& gallery, const Evaluation& evaluation) {
  for (std::size_t t = 0; t < evaluation.tables.size(); ++t) add_table(gallery, evaluation.tables[t], t + 1);
}

// The share of a class' rows below each value, from the quantiles the bundle keeps.
Line distribution(std::string name, std::span<const float> quantiles) {
  Line line{.name = std::move(name), .points = {}};
  const double steps = static_cast<double>(quantiles.size() - 1);
  for (std::size_t q = 0; q < quantiles.size(); ++q) {
    line.points.emplace_back(static_cast<double>(quantiles[q]), static_cast<double>(q) / steps);
  }
  return line;
}

void add_distributions(Gallery& gallery, const Bundle& bundle) {
  gallery.heading("How hits and flops differ");
  for (std::size_t f = 0; f < bundle.features.size(); ++f) {
    const Feature& feature = bundle.features[f];
    const auto hits = bundle.hit_quantiles.row(f);
    const auto flops = bundle.flop_quantiles.row(f);
    const auto low = static_cast<double>(std::min(hits.front(), flops.front()));
    const auto high = static_cast<double>(std::max(hits.back(), flops.back()));
    const std::string unit = feature.unit.empty() ? "" : fmt::format(" ({})", feature.unit);
    gallery.add(fmt::format("feature-{}.svg", f + 1), fmt::format("Distribution of {}", feature.name),
                line_chart(feature.name,
                           {.label = feature.name + unit, .low = low, .high = high > low ? high : low + 1},
                           {.label = "share of tracks below"},
                           {distribution("hits", hits), distribution("flops", flops)}));
  }
}

void add_contributions(Gallery& gallery, const Bundle& bundle) {
  std::vector<double> moved(bundle.features.size(), 0.0);
  const Predictor predictor(bundle);
  for (std::size_t r = 0; r < bundle.background.rows(); ++r) {
    for (const Contribution& part : predictor.judge(bundle.background.row(r), true).explanation) {
      const auto feature = std::ranges::find(bundle.features, part.feature, &Feature::name);
      if (feature == bundle.features.end()) continue;
      moved[static_cast<std::size_t>(feature - bundle.features.begin())] += std::abs(part.contribution);
    }
  }
  std::vector<Bar> bars;
  for (std::size_t f = 0; f < moved.size(); ++f) {
    const double points = 100 * moved[f] / static_cast<double>(bundle.background.rows());
    bars.push_back({.name = bundle.features[f].name, .value = points, .note = fmt::format("{:.1f}", points)});
  }
  std::ranges::stable_sort(bars, std::ranges::greater{}, &Bar::value);
  gallery.heading("What moves the probability");
  gallery.add("contributions.svg", "Mean absolute Shapley value of each feature",
              bar_chart("What moves the probability",
                        fmt::format("points of probability, mean over {} tracks (absolute Shapley values)",
                                    bundle.background.rows()),
                        bars));
}

}  // namespace

Result<void> write_evaluation_report(const Evaluation& evaluation, const fs::path& folder) {
  Gallery gallery;
  add_tables(gallery, evaluation);
  return gallery.write(folder, to_markdown(evaluation), to_json(evaluation));
}

Result<void> write_training_report(const std::string& card, const Evaluation& evaluation,
                                   const Bundle& bundle, const fs::path& folder) {
  Gallery gallery;
  add_tables(gallery, evaluation);
  add_distributions(gallery, bundle);
  add_contributions(gallery, bundle);
  return gallery.write(folder, card, to_json(evaluation));
}

}  // namespace hitscope::cli
