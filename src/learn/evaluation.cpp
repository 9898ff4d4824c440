#include "learn/evaluation.h"

#include <fmt/format.h>

#include <utility>

#include "data/split.h"
#include "data/table.h"
#include "learn/materials.h"
#include "learn/training_table.h"

namespace hitscope {
namespace {

Scores mean_of(const std::vector<const Scores*>& all) {
  Scores mean;
  for (std::size_t s = 0; s < kScoreNames.size(); ++s) {
    for (const Scores* one : all) {
      const auto n = static_cast<double>(all.size());
      mean.scores[s].value += one->scores[s].value / n;
      mean.scores[s].low += one->scores[s].low / n;
      mean.scores[s].high += one->scores[s].high / n;
    }
  }
  return mean;
}

// The means of what all tables have.
std::vector<NamedScores> means(const std::vector<TableEvaluation>& tables,
                               std::vector<NamedScores> TableEvaluation::*list) {
  std::vector<NamedScores> result;
  for (const NamedScores& first : tables.front().*list) {
    std::vector<const Scores*> all;
    for (const TableEvaluation& table : tables) {
      for (const NamedScores& other : table.*list) {
        if (other.name == first.name) all.push_back(&other.scores);
      }
    }
    if (all.size() == tables.size()) result.push_back({first.name, mean_of(all)});
  }
  return result;
}

std::string event_words(const Recipe& recipe) {
  return fmt::format("popularity >= {}", recipe.event_popularity);
}

std::string lessons_words(const Recipe& recipe) {
  std::string words;
  for (const Lesson& lesson : recipe.lessons) {
    words +=
        fmt::format("{}{} (weight {})", words.empty() ? "" : ", ", name_of(lesson.label.rule), lesson.weight);
  }
  return words;
}

// The first table with an event, or nullptr.
const TrainingTable* reference_table(const std::vector<TrainingTable>& tables) {
  for (const TrainingTable& table : tables) {
    if (table.has_event()) return &table;
  }
  return nullptr;
}

tl::unexpected<Error> no_event() {
  return fail(ErrorKind::table_invalid,
              "This protocol needs a table with popularity on both sides of the event.");
}

// What members trained elsewhere say of a part.
Said listen(const TablePart& part, const Ensemble& ensemble, const LearnOptions& options) {
  Said said;
  const Stacking& stacking = ensemble.stacking;
  for (const MemberValues& values :
       member_values(ensemble.members, part.table->x, part.rows, options.n_threads)) {
    said.members.push_back(stacking.members.probabilities(values));
    said.consensus.push_back(stacking.consensus.probability(said.members.back()));
  }
  if (part.table->clean_x.rows() == 0) return said;
  for (const MemberValues& values :
       member_values(ensemble.members, part.table->clean_x, part.rows, options.n_threads)) {
    said.consensus_clean.push_back(stacking.consensus.probability(stacking.members.probabilities(values)));
  }
  return said;
}

// random and split: members learn from one part of the rows and are judged by the other.
Result<TableEvaluation> by_parts(const TrainingTable& table, Split split, const EvaluateOptions& options) {
  const std::vector<TablePart> training = {{&table, std::move(split.train)}};
  const auto ensemble = fit_ensemble(training, options.recipe, options.learn);
  if (!ensemble) return tl::unexpected(ensemble.error());
  const TablePart test{&table, std::move(split.test)};
  TableEvaluation result = judge_rows(test, table.event, listen(test, *ensemble, options.learn),
                                      options.recipe.features, options.recipe.seed);
  result.learned = event_words(options.recipe);
  result.event = event_words(options.recipe);
  return result;
}

// Rows balanced first where the recipe says so, as the published protocol has it.
Split random_split(const TrainingTable& table, const Recipe& recipe) {
  Selection selection;
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    if (table.event[row] == kNoLabel) continue;
    selection.rows.push_back(row);
    selection.hit.push_back(table.event[row]);
  }
  if (recipe.balance == Balance::undersample) undersample(recipe.seed, selection);
  Split split = stratified_split(selection.hit, recipe.test_share, recipe.seed);
  for (auto* part : {&split.train, &split.test}) {
    for (std::uint32_t& position : *part) position = selection.rows[position];
  }
  return split;
}

// Adds the parts' evaluations, each fold's rows judged by members of the other folds.
Result<void> by_artists(std::span<const TablePart> parts, const std::string& learned, std::string_view suffix,
                        const EvaluateOptions& options, Evaluation& result) {
  const Recipe& recipe = options.recipe;
  const auto held_out =
      hold_out(parts, deal_folds(parts, HoldOut::artists, recipe.calibration.folds, recipe.seed), recipe,
               options.learn);
  if (!held_out) return tl::unexpected(held_out.error());
  const auto said = cross_calibrate(parts, *held_out, recipe);
  if (!said) return tl::unexpected(said.error());
  for (std::size_t p = 0; p < parts.size(); ++p) {
    if (!parts[p].table->has_event()) continue;
    TableEvaluation& table = result.tables.emplace_back(
        judge_rows(parts[p], parts[p].table->event, (*said)[p], recipe.features, recipe.seed));
    table.name += suffix;
    table.learned = learned;
    table.event = event_words(recipe);
  }
  return {};
}

constexpr std::string_view kAsServed = ", inputs as served";

Result<void> evaluate_grouped(const Materials& materials, const EvaluateOptions& options,
                              Evaluation& result) {
  const TrainingTable* reference = reference_table(materials.tables);
  if (reference == nullptr) return no_event();
  const Recipe& recipe = options.recipe;
  const std::string own = event_words(recipe) + " in this table";
  auto done = by_artists(whole(std::span(reference, 1)), own, "", options, result);
  if (!done) return done;
  const TrainingTable* served = reference_table(materials.served);
  if (served != nullptr) {
    done = by_artists(whole(std::span(served, 1)), own, kAsServed, options, result);
    if (!done) return done;
  }
  if (materials.tables.size() == 1) return {};
  // What the served bundle's way of learning gives: artists held out of all tables at once.
  return by_artists(whole(served != nullptr ? materials.served : materials.tables),
                    lessons_words(recipe) + " in all tables",
                    fmt::format(", learned from all tables{}", served != nullptr ? kAsServed : ""), options,
                    result);
}

// Each table judged by an ensemble that learned from the others.
Result<void> hold_out_tables(const std::vector<TrainingTable>& tables, std::string_view suffix,
                             const EvaluateOptions& options, std::vector<TableEvaluation>& result) {
  const Recipe& recipe = options.recipe;
  for (const TrainingTable& test : tables) {
    if (!test.has_own()) continue;
    std::vector<TablePart> training;
    for (const TrainingTable& other : tables) {
      // The table held out takes part without rows: one table left is still not the one to be judged.
      training.push_back(
          {&other, &other == &test ? std::vector<std::uint32_t>() : rows_without_songs_of(other, test)});
    }
    const auto ensemble = fit_ensemble(training, recipe, options.learn);
    if (!ensemble) return tl::unexpected(ensemble.error());
    const TablePart part = whole(std::span(&test, 1)).front();
    TableEvaluation& table = result.emplace_back(
        judge_rows(part, test.own, listen(part, *ensemble, options.learn), recipe.features, recipe.seed));
    table.name += suffix;
    table.learned = lessons_words(recipe) + " in the other tables";
    table.event = "at or above its own median popularity, or its target";
  }
  return {};
}

Result<void> evaluate_transfer(const Materials& materials, const EvaluateOptions& options,
                               Evaluation& result) {
  if (materials.tables.size() < 2) {
    return fail(ErrorKind::table_invalid, "The transfer protocol needs at least two tables to learn from.");
  }
  auto done = hold_out_tables(materials.tables, "", options, result.tables);
  if (!done) return done;
  result.models = means(result.tables, &TableEvaluation::models);
  result.baselines = means(result.tables, &TableEvaluation::baselines);
  for (const TableEvaluation& table : result.tables) result.rows += table.rows;
  return hold_out_tables(materials.served, kAsServed, options, result.tables);
}

// The first file alone, by its index column.
Result<void> evaluate_split(const EvaluateOptions& options, Evaluation& result) {
  auto table = Table::read(options.data.front(), options.mappings);
  if (!table) return tl::unexpected(table.error());
  auto named = read_split(options.split_file, *table);
  if (!named) return tl::unexpected(named.error());
  ArtistNumbers artists;
  const auto prepared = prepare_selection(*table, named->selection, options.recipe, artists);
  if (!prepared) return tl::unexpected(prepared.error());
  auto judged = by_parts(*prepared, std::move(named->split), options);
  if (!judged) return tl::unexpected(judged.error());
  result.stages.push_back({prepared->name, prepared->stages});
  result.tables.push_back(std::move(*judged));
  return {};
}

Result<void> evaluate_random(const Materials& materials, const EvaluateOptions& options, Evaluation& result) {
  const TrainingTable* reference = reference_table(materials.tables);
  if (reference == nullptr) return no_event();
  auto judged = by_parts(*reference, random_split(*reference, options.recipe), options);
  if (!judged) return tl::unexpected(judged.error());
  result.tables.push_back(std::move(*judged));
  return {};
}

}  // namespace

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::random:
      return "random";
    case Protocol::grouped:
      return "grouped";
    case Protocol::transfer:
      return "transfer";
    case Protocol::split:
      return "split";
  }
  return "";
}

Result<Evaluation> evaluate(const EvaluateOptions& options) {
  Evaluation result;
  result.recipe = options.recipe.name;
  result.protocol = options.protocol;
  result.note = options.recipe.note;
  result.features = options.recipe.features;
  if (options.data.empty()) return fail(ErrorKind::table_invalid, "There is no table to evaluate on.");
  if (options.protocol == Protocol::split) {
    if (auto done = evaluate_split(options, result); !done) return tl::unexpected(done.error());
  } else {
    const auto materials = read_materials(options.data, options.mappings, options.recipe);
    if (!materials) return tl::unexpected(materials.error());
    for (const TrainingTable& table : materials->tables) result.stages.push_back({table.name, table.stages});
    const auto run = options.protocol == Protocol::random    ? evaluate_random
                     : options.protocol == Protocol::grouped ? evaluate_grouped
                                                             : evaluate_transfer;
    if (auto done = run(*materials, options, result); !done) return tl::unexpected(done.error());
  }
  if (result.models.empty()) {
    result.models = result.tables.front().models;
    result.baselines = result.tables.front().baselines;
    result.rows = result.tables.front().rows;
  }
  return result;
}

}  // namespace hitscope
