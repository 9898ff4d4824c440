#include "learn/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/random.h"

namespace hitscope {
namespace {

constexpr std::size_t kBackgroundRows = 64;
constexpr std::size_t kQuantileLevels = 101;

struct FeatureFacts {
  std::string_view name;
  std::string_view unit;
  std::string_view source;  // what stands in for it in a track's measurements
  double low;
  double high;
};

constexpr FeatureFacts kFacts[] = {
    {"tempo", "BPM", "tempo_bpm", 50, 200},
    {"loudness", "dB", "loudness_db", -30, 0},
    {"key", "", "key", 0, 11},
    {"mode", "", "mode", 0, 1},
    {"energy", "", "energy", 0, 1},
    {"duration_ms", "ms", "duration_ms", 60'000, 420'000},
    {"danceability", "", "danceability", 0, 1},
    {"acousticness", "", "acousticness", 0, 1},
    {"instrumentalness", "", "instrumentalness", 0, 1},
    {"speechiness", "", "speechiness", 0, 1},
    {"liveness", "", "liveness", 0, 1},
    {"valence", "", "valence", 0, 1},
    {"time_signature", "", "time_signature", 3, 5},
};

Feature feature_of(const std::string& name) {
  const auto facts = std::find_if(std::begin(kFacts), std::end(kFacts),
                                  [&](const FeatureFacts& candidate) { return candidate.name == name; });
  return {.name = name,
          .unit = std::string(facts->unit),
          .source = std::string(facts->source),
          .low = facts->low,
          .high = facts->high};
}

// Rows of all tables, as many from each.
Matrix<float> background_of(const std::vector<TrainingTable>& tables, Random random) {
  const std::size_t columns = tables.front().x.columns();
  Matrix<float> background(kBackgroundRows, columns);
  for (std::size_t i = 0; i < kBackgroundRows; ++i) {
    const TrainingTable& table = tables[i % tables.size()];
    std::copy_n(table.x.row(random.below(table.size())).begin(), columns, background.row(i).begin());
  }
  return background;
}

// Quantiles of each feature among the rows of one class of the event; of all tables that know it.
Matrix<float> quantiles_of(const std::vector<TrainingTable>& tables, std::uint8_t hit) {
  const std::size_t columns = tables.front().x.columns();
  Matrix<float> quantiles(columns, kQuantileLevels);
  for (std::size_t c = 0; c < columns; ++c) {
    std::vector<float> values;
    for (const TrainingTable& table : tables) {
      for (std::size_t r = 0; r < table.size(); ++r) {
        if (table.event[r] == hit) values.push_back(table.x(r, c));
      }
    }
    std::sort(values.begin(), values.end());
    for (std::size_t level = 0; level < kQuantileLevels; ++level) {
      quantiles(c, level) = values[level * (values.size() - 1) / (kQuantileLevels - 1)];
    }
  }
  return quantiles;
}

// The procedure judged on artists that no member learned from, and on whole tables where those were held out
// to calibrate it.
Result<Evaluation> judge_procedure(std::span<const TablePart> parts, const Ensemble& ensemble,
                                   const TrainOptions& options) {
  const Recipe& recipe = options.recipe;
  const bool by_rows = recipe.calibration.hold_out == HoldOut::rows;
  const bool by_tables = recipe.calibration.hold_out == HoldOut::tables && parts.size() > 1;
  Evaluation evaluation;
  evaluation.recipe = recipe.name;
  evaluation.protocol = by_rows ? Protocol::random : Protocol::grouped;
  evaluation.note = recipe.note;
  evaluation.features = recipe.features;
  evaluation.matched_inputs = recipe.match_serving;
  const auto judge = [&](const HeldOutValues& held_out, bool own, std::string_view suffix,
                         std::string_view learned) -> Result<void> {
    const auto said = cross_calibrate(parts, held_out, recipe);
    if (!said) return tl::unexpected(said.error());
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const TrainingTable& table = *parts[p].table;
      if (!(own ? table.has_own() : table.has_event())) continue;
      TableEvaluation& judged = evaluation.tables.emplace_back(
          judge_rows(parts[p], own ? table.own : table.event, (*said)[p], recipe.features, recipe.seed));
      judged.name += suffix;
      judged.learned = learned;
      judged.event = own ? "at or above its own median popularity, or its target"
                         : fmt::format("popularity >= {}", recipe.event_popularity);
    }
    return {};
  };
  if (by_tables) {
    const auto folds = deal_folds(parts, HoldOut::artists, recipe.calibration.folds, recipe.seed);
    const auto held_out = hold_out(parts, folds, recipe, options.learn);
    if (!held_out) return tl::unexpected(held_out.error());
    auto done = judge(*held_out, false, "", "all tables, other artists");
    if (!done) return tl::unexpected(done.error());
    done = judge(ensemble.held_out, true, ", unseen", "the other tables");
    if (!done) return tl::unexpected(done.error());
  } else {
    auto done = judge(ensemble.held_out, false, "", by_rows ? "other rows" : "all tables, other artists");
    if (!done) return tl::unexpected(done.error());
  }
  for (const TablePart& part : parts) evaluation.stages.push_back({part.table->name, part.table->stages});
  evaluation.models = evaluation.tables.front().models;
  evaluation.baselines = evaluation.tables.front().baselines;
  evaluation.rows = evaluation.tables.front().rows;
  return evaluation;
}

std::string trained_on(const Materials& materials) {
  std::string words;
  for (const TrainingTable& table : materials.tables) {
    words += fmt::format("{}{} tracks of {}", words.empty() ? "" : ", ", table.size(), table.name);
  }
  return words;
}

Result<BundleCard> card_of(const TrainOptions& options, const Materials& materials,
                           const Evaluation& evaluation) {
  BundleCard card;
  card.name = options.recipe.name;
  card.version = options.version;
  card.created = options.created;
  card.event = fmt::format(
      "popularity of at least {} on Spotify's scale of 0 to 100, hits and flops equally likely beforehand",
      options.recipe.event_popularity);
  card.trained_on = trained_on(materials);
  card.data_licence =
      "The tables are their makers' (see the card); none of their rows can be read back from here "
      "but for the numeric features of the neighbours and the background sample.";
  card.recipe = options.recipe.source;
  card.metrics_json = to_json(evaluation, -1);
  for (const SourceFile& file : materials.files) {
    std::string digest;
    if (options.digest) {
      auto computed = options.digest(file.path);
      if (!computed) return tl::unexpected(computed.error());
      digest = std::move(*computed);
    }
    card.data.push_back({file.path.filename().string(), digest, file.rows});
  }
  for (const NamedScores& model : evaluation.models) {
    if (model.name != "consensus") continue;
    if (evaluation.protocol == Protocol::grouped) card.auc_grouped = model.scores.auc().value;
    card.ece = model.scores.ece().value;
  }
  return card;
}

}  // namespace

Result<TrainedBundle> train(const TrainOptions& options) {
  const Recipe& recipe = options.recipe;
  if (options.learn.progress) options.learn.progress("reading the tables", 0, 1);
  auto materials = read_materials(options.data, options.mappings, recipe);
  if (!materials) return tl::unexpected(materials.error());
  if (recipe.match_serving && materials->served.empty()) {
    return fail(
        ErrorKind::recipe_invalid,
        "The recipe matches serving, which needs a table of measured audio beside Spotify's attributes and "
        "one of LUFS beside Spotify's loudness.");
  }
  if (std::none_of(materials->tables.begin(), materials->tables.end(),
                   [](const TrainingTable& table) { return table.has_event(); })) {
    return fail(ErrorKind::table_invalid, "No table has popularity on both sides of the event.");
  }
  const std::vector<TrainingTable>& tables = recipe.match_serving ? materials->served : materials->tables;
  const auto parts = whole(tables);
  auto ensemble = fit_ensemble(parts, recipe, options.learn);
  if (!ensemble) return tl::unexpected(ensemble.error());
  if (options.learn.progress) options.learn.progress("judging", 0, 1);
  auto evaluation = judge_procedure(parts, *ensemble, options);
  if (!evaluation) return tl::unexpected(evaluation.error());
  auto card = card_of(options, *materials, *evaluation);
  if (!card) return tl::unexpected(card.error());

  TrainedBundle trained;
  Bundle& bundle = trained.bundle;
  for (const std::string& feature : recipe.features) bundle.features.push_back(feature_of(feature));
  if (ensemble->stacking.members.platt) calibrate(ensemble->members, *ensemble->stacking.members.platt);
  bundle.derived = std::move(ensemble->members.derived);
  bundle.scaler = std::move(ensemble->members.scaler);
  bundle.random_forest = std::move(ensemble->members.random_forest);
  bundle.xgboost = std::move(ensemble->members.xgboost);
  bundle.adaboost = std::move(ensemble->members.adaboost);
  bundle.knn = std::move(ensemble->members.knn);
  bundle.decision_tree = std::move(ensemble->members.decision_tree);
  bundle.calibration = std::move(ensemble->stacking.consensus);
  bundle.background = background_of(tables, Random(recipe.seed));
  bundle.hit_quantiles = quantiles_of(tables, 1);
  bundle.flop_quantiles = quantiles_of(tables, 0);
  bundle.card = std::move(*card);
  if (materials->estimators) {
    bundle.estimators = std::move(materials->estimators->estimators);
    trained.estimators = std::move(materials->estimators->quality);
  }
  if (auto valid = bundle.validate(); !valid) return tl::unexpected(valid.error());
  trained.evaluation = std::move(*evaluation);
  trained.stages = trained.evaluation.stages;
  return trained;
}

}  // namespace hitscope
