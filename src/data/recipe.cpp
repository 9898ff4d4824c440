#include "data/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace hitscope {
namespace {

tl::unexpected<Error> refuse(const toml::source_region& where, std::string_view what) {
  const std::string at = fmt::format("line {}, column {}", where.begin.line, where.begin.column);
  return fail(ErrorKind::recipe_invalid, fmt::format("The recipe is wrong at {}: {}.", at, what), at);
}

// Reads the keys of one TOML table into fields, each at most once; the first problem is kept and the rest of
// the reads do nothing. finish() refuses keys that nothing has asked for.
class Section {
 public:
  Section(const toml::table& table, std::string name) : table_(table), name_(std::move(name)) {}

  void number(std::string_view key, double& field, double low, double high) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const auto value = node->value<double>();
    if (!node->is_number() || !value) return problem(*node, key, "is not a number");
    if (!(*value >= low && *value <= high)) {
      return problem(*node, key, fmt::format("is not within {} to {}", low, high));
    }
    field = *value;
  }

  void number(std::string_view key, std::optional<double>& field, double low, double high) {
    if (!table_.contains(key)) return;
    double value = 0;
    number(key, value, low, high);
    field = value;
  }

  template <typename Integer>
  void integer(std::string_view key, Integer& field, std::int64_t low, std::int64_t high) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value) return problem(*node, key, "is not a whole number");
    if (*value < low || *value > high) {
      return problem(*node, key, fmt::format("is not within {} to {}", low, high));
    }
    field = static_cast<Integer>(*value);
  }

  void flag(std::string_view key, bool& field) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<bool>();
    if (!value) return problem(*node, key, "is neither true nor false");
    field = *value;
  }

  void text(std::string_view key, std::string& field) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::string>();
    if (!value) return problem(*node, key, "is not a text");
    field = *value;
  }

  // One of a few words, each standing for a value.
  template <typename Value>
  void choice(std::string_view key, Value& field,
              std::initializer_list<std::pair<std::string_view, Value>> words) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    choose(*node, key, field, words);
  }

  template <typename Value>
  void choices(std::string_view key, std::vector<Value>& field,
               std::initializer_list<std::pair<std::string_view, Value>> words) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    if (array == nullptr) return problem(*node, key, "is not a list");
    field.clear();
    for (const toml::node& element : *array) {
      Value value{};
      choose(element, key, value, words);
      if (error_) return;
      if (std::find(field.begin(), field.end(), value) != field.end()) {
        return problem(element, key, "names one thing twice");
      }
      field.push_back(value);
    }
  }

  // The sub-table, or an empty one that stands for "all defaults".
  const toml::table& table(std::string_view key) {
    static const toml::table kEmpty;
    const toml::node* node = take(key);
    if (node == nullptr) return kEmpty;
    if (const toml::table* section = node->as_table()) return *section;
    problem(*node, key, "is not a section");
    return kEmpty;
  }

  // The elements of an array of tables, [[key]].
  std::vector<const toml::table*> tables(std::string_view key) {
    std::vector<const toml::table*> result;
    const toml::node* node = take(key);
    if (node == nullptr) return result;
    const toml::array* array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>()) {
      problem(*node, key, "is not a list of sections");
      return result;
    }
    for (const toml::node& element : *array) result.push_back(element.as_table());
    return result;
  }

  void require(std::string_view key) {
    if (!error_ && !table_.contains(key)) {
      error_ = refuse(table_.source(), fmt::format("{} is missing", qualified(key))).value();
    }
  }

  Result<void> finish() {
    if (error_) return tl::unexpected(*error_);
    for (const auto& [key, value] : table_) {
      if (std::find(taken_.begin(), taken_.end(), key.str()) == taken_.end()) {
        return refuse(key.source(), fmt::format("there is no key {}", qualified(key.str())));
      }
    }
    return {};
  }

 private:
  const toml::node* take(std::string_view key) {
    if (error_) return nullptr;
    taken_.emplace_back(key);
    return table_.get(key);
  }

  template <typename Value>
  void choose(const toml::node& node, std::string_view key, Value& field,
              std::initializer_list<std::pair<std::string_view, Value>> words) {
    const auto word = node.value_exact<std::string_view>();
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const auto& candidate) { return word && candidate.first == *word; });
    if (found == words.end()) {
      std::string known;
      for (const auto& [name, value] : words) known += (known.empty() ? "" : ", ") + std::string(name);
      return problem(node, key, fmt::format("is none of {}", known));
    }
    field = found->second;
  }

  void problem(const toml::node& node, std::string_view key, std::string_view what) {
    if (!error_) error_ = refuse(node.source(), fmt::format("{} {}", qualified(key), what)).value();
  }

  [[nodiscard]] std::string qualified(std::string_view key) const {
    return name_.empty() ? std::string(key) : fmt::format("{}.{}", name_, key);
  }

  const toml::table& table_;
  std::string name_;
  std::vector<std::string> taken_;
  std::optional<Error> error_;
};

constexpr std::int64_t kMostTrees = 10'000;
constexpr std::int64_t kDeepest = 64;
constexpr std::int64_t kMostRows = 100'000'000;

Result<void> read_rows(const toml::table& table, Recipe& recipe) {
  Section section(table, "rows");
  section.number("energy_above", recipe.energy_above, 0, 1);
  section.choices(
      "drop_duplicates", recipe.duplicates,
      {{"row", DuplicateRule::row}, {"track_id", DuplicateRule::track_id}, {"song", DuplicateRule::song}});
  section.choice("balance", recipe.balance,
                 {{"undersample", Balance::undersample}, {"weights", Balance::weights}});
  section.number("test_share", recipe.test_share, 0.01, 0.99);
  return section.finish();
}

Result<void> read_lesson(const toml::table& table, Recipe& recipe) {
  Section section(table, "lesson");
  Lesson lesson;
  section.require("rule");
  section.choice("rule", lesson.label.rule,
                 {{"event", LabelRule::popularity_threshold},
                  {"median", LabelRule::table_median},
                  {"genre_median", LabelRule::genre_median},
                  {"outer_thirds", LabelRule::outer_thirds}});
  section.flag("drop_unheard", lesson.label.drop_unheard);
  section.number("weight", lesson.weight, 0.001, 1000);
  lesson.label.threshold = recipe.event_popularity;
  recipe.lessons.push_back(lesson);
  return section.finish();
}

Result<void> read_serving(const toml::table& table, Recipe& recipe) {
  Section section(table, "serving");
  ServingErrors& errors = recipe.serving_errors;
  section.flag("match", recipe.match_serving);
  section.number("tempo_double", errors.tempo_double, 0, 1);
  section.number("tempo_half", errors.tempo_half, 0, 1);
  section.number("tempo_other", errors.tempo_other, 0, 1);
  section.number("key_fifth", errors.key_fifth, 0, 1);
  section.number("key_relative", errors.key_relative, 0, 1);
  section.number("key_parallel", errors.key_parallel, 0, 1);
  section.number("key_other", errors.key_other, 0, 1);
  if (auto done = section.finish(); !done) return done;
  if (errors.tempo_double + errors.tempo_half + errors.tempo_other > 1 ||
      errors.key_fifth + errors.key_relative + errors.key_parallel + errors.key_other > 1) {
    return refuse(table.source(), "the shares of errors add up to more than 1");
  }
  return {};
}

Result<void> read_models(Section& root, Recipe& recipe) {
  Section forest(root.table("random_forest"), "random_forest");
  forest.integer("n_estimators", recipe.random_forest.n_estimators, 1, kMostTrees);
  forest.integer("max_depth", recipe.random_forest.max_depth, 0, kDeepest);
  forest.integer("min_samples_leaf", recipe.random_forest.min_samples_leaf, 1, kMostRows);
  forest.integer("max_features", recipe.random_forest.max_features, 0,
                 static_cast<std::int64_t>(kAttributes.size()));
  if (auto done = forest.finish(); !done) return done;

  Section boosting(root.table("xgboost"), "xgboost");
  boosting.integer("n_estimators", recipe.xgboost.n_estimators, 1, kMostTrees);
  boosting.integer("max_depth", recipe.xgboost.max_depth, 1, kDeepest);
  boosting.number("learning_rate", recipe.xgboost.learning_rate, 1e-4, 1);
  boosting.number("subsample", recipe.xgboost.subsample, 0.01, 1);
  boosting.number("colsample_bytree", recipe.xgboost.colsample_bytree, 0.01, 1);
  boosting.number("min_child_weight", recipe.xgboost.min_child_weight, 0, 1e9);
  boosting.number("reg_lambda", recipe.xgboost.reg_lambda, 0, 1e9);
  if (auto done = boosting.finish(); !done) return done;

  Section adaboost(root.table("adaboost"), "adaboost");
  adaboost.integer("n_estimators", recipe.adaboost.n_estimators, 1, kMostTrees);
  adaboost.integer("max_depth", recipe.adaboost.max_depth, 1, kDeepest);
  adaboost.number("learning_rate", recipe.adaboost.learning_rate, 1e-4, 10);
  if (auto done = adaboost.finish(); !done) return done;

  Section knn(root.table("knn"), "knn");
  knn.integer("n_neighbors", recipe.knn.n_neighbors, 1, 100'000);
  knn.choice("weights", recipe.knn.distance_weights, {{"uniform", false}, {"distance", true}});
  knn.integer("max_rows", recipe.knn.max_rows, 0, kMostRows);
  if (auto done = knn.finish(); !done) return done;

  Section tree(root.table("decision_tree"), "decision_tree");
  tree.integer("max_depth", recipe.decision_tree.max_depth, 0, kDeepest);
  tree.integer("min_samples_leaf", recipe.decision_tree.min_samples_leaf, 1, kMostRows);
  tree.choice("criterion", recipe.decision_tree.entropy, {{"gini", false}, {"entropy", true}});
  return tree.finish();
}

Result<void> read_calibration(const toml::table& table, Recipe& recipe) {
  Section section(table, "calibration");
  section.integer("folds", recipe.calibration.folds, 2, 100);
  section.choice("hold_out", recipe.calibration.hold_out,
                 {{"rows", HoldOut::rows}, {"artists", HoldOut::artists}, {"tables", HoldOut::tables}});
  section.flag("members", recipe.calibration.members);
  section.integer("replicates", recipe.calibration.replicates, 0, 1000);
  return section.finish();
}

Result<Recipe> read_recipe(const toml::table& document) {
  Recipe recipe;
  Section root(document, "");
  root.require("name");
  root.require("features");
  root.text("name", recipe.name);
  root.text("title", recipe.title);
  root.text("note", recipe.note);
  root.integer("seed", recipe.seed, 0, std::numeric_limits<std::int64_t>::max());
  root.number("event_popularity", recipe.event_popularity, 0, 100);

  std::vector<std::size_t> features;
  static_assert(kAttributes.size() == 13);
  root.choices("features", features,
               {{kAttributes[0], 0U},
                {kAttributes[1], 1U},
                {kAttributes[2], 2U},
                {kAttributes[3], 3U},
                {kAttributes[4], 4U},
                {kAttributes[5], 5U},
                {kAttributes[6], 6U},
                {kAttributes[7], 7U},
                {kAttributes[8], 8U},
                {kAttributes[9], 9U},
                {kAttributes[10], 10U},
                {kAttributes[11], 11U},
                {kAttributes[12], 12U}});
  const toml::table& rows = root.table("rows");
  const toml::table& serving = root.table("serving");
  const std::vector<const toml::table*> lessons = root.tables("lesson");
  const toml::table& calibration = root.table("calibration");
  auto models = read_models(root, recipe);
  if (auto done = root.finish(); !done) return tl::unexpected(done.error());
  for (const toml::table* lesson : lessons) {
    if (auto done = read_lesson(*lesson, recipe); !done) return tl::unexpected(done.error());
  }
  if (recipe.lessons.empty()) {
    recipe.lessons.push_back({.label = {.threshold = recipe.event_popularity}, .weight = 1});
  }
  for (const auto& part : {models, read_rows(rows, recipe), read_serving(serving, recipe),
                           read_calibration(calibration, recipe)}) {
    if (!part) return tl::unexpected(part.error());
  }
  if (features.empty()) return refuse(document.source(), "features is empty");
  for (const std::size_t feature : features) recipe.features.emplace_back(kAttributes[feature]);
  return recipe;
}

}  // namespace

Result<Recipe> parse_recipe(std::string_view toml) {
  const toml::parse_result parsed = toml::parse(toml);
  if (!parsed) {
    return refuse(parsed.error().source(), parsed.error().description());
  }
  auto recipe = read_recipe(parsed.table());
  if (recipe) recipe->source = toml;
  return recipe;
}

Result<Recipe> load_recipe(const std::string& name_or_path) {
  for (const BuiltInRecipe& recipe : built_in_recipes()) {
    if (recipe.name == name_or_path) return parse_recipe(recipe.toml);
  }
  if (!name_or_path.ends_with(".toml")) {
    std::string known;
    for (const BuiltInRecipe& recipe : built_in_recipes()) {
      known += (known.empty() ? "" : ", ") + std::string(recipe.name);
    }
    return fail(
        ErrorKind::not_found,
        fmt::format("There is no recipe \"{}\"; there are {}, or name a .toml file.", name_or_path, known));
  }
  std::ifstream file(name_or_path, std::ios::binary);
  if (!file) return fail(ErrorKind::not_found, "There is no such recipe file.");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return fail(ErrorKind::unreadable, "Reading the recipe failed.");
  return parse_recipe(text);
}

}  // namespace hitscope
