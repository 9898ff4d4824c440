// A recipe says how a bundle is made: which features, which rows, which label, which settings. It is a TOML
// file (research/recipes/*.toml; docs/formats.md lists the keys), read strictly: an unknown key, a value of
// the wrong kind or out of range is refused with its line and column.
//
// The recipes that come with the product are compiled into it, so `--recipe audio` works anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "data/stages.h"

namespace hitscope {

// Settings of the five models, with scikit-learn's (and XGBoost's) names, meanings and defaults; 0 =
// unbounded where a depth or a count of features is meant.
struct RandomForestSettings {
  std::size_t n_estimators = 100;
  std::size_t max_depth = 0;
  std::size_t min_samples_leaf = 1;
  std::size_t max_features = 0;  // 0 = the square root of the number of features, rounded down
};
struct XgboostSettings {
  std::size_t n_estimators = 100;
  std::size_t max_depth = 6;
  double learning_rate = 0.3;
  double subsample = 1;
  double colsample_bytree = 1;
  double min_child_weight = 1;
  double reg_lambda = 1;
};
struct AdaboostSettings {
  std::size_t n_estimators = 100;
  std::size_t max_depth = 1;
  double learning_rate = 1;
};
struct KnnSettings {
  std::size_t n_neighbors = 5;
  bool distance_weights = false;
  std::size_t max_rows = 0;  // keep at most this many training rows, drawn at random; 0 = all
};
struct DecisionTreeSettings {
  std::size_t max_depth = 10;
  std::size_t min_samples_leaf = 1;
  bool entropy = false;  // else gini
};

struct ModelSettings {
  bool tempo_off_whole = false;  // trees also see how far the tempo is from a whole number of BPM
  RandomForestSettings random_forest;
  XgboostSettings xgboost;
  AdaboostSettings adaboost;
  KnnSettings knn;
  DecisionTreeSettings decision_tree;
};

// What members do about unequal classes.
enum class Balance {
  undersample,  // learn from as many hits as flops
  weights,      // every row, each class weighing one half (neighbours, which know no weights, undersample)
};

// One view of "popular" that members learn from a table, and how much it counts beside the other lessons.
struct Lesson {
  LabelSpec label;
  double weight = 1;
};

// How far measured inputs stray from the tables' values: shares of tracks, and the tempo's error otherwise,
// as scored on real recordings of known tempo and key. Keys are intervals in fifths; the rest of 1 is right.
struct ServingErrors {
  double tempo_double = 0;
  double tempo_half = 0;
  double tempo_other = 0;      // unrelated: another track's tempo
  double tempo_error_bpm = 0;  // of all the others: standard deviation, in BPM
  double key_fifth = 0;        // a fifth up or down, same mode
  double key_relative = 0;     // the relative key, other mode
  double key_parallel = 0;     // same tonic, other mode
  double key_other = 0;        // unrelated
};

// How the consensus probability is fitted: on rows held out in folds, which no member was trained on.
enum class HoldOut {
  rows,
  artists,
  tables,  // each table in turn, where there are several (else artists): the case of a track from nowhere
           // known
};
struct CalibrationSettings {
  std::size_t folds = 5;
  HoldOut hold_out = HoldOut::artists;
  bool members = true;  // calibrate each member's own probability too; else its vote is as it was trained
  std::size_t replicates = 100;  // bootstrap refits behind the interval
};

struct Recipe : ModelSettings {  // the settings for learning from one table
  std::string name;
  std::string title;
  std::string note;  // what to know before believing its figures; may be empty
  std::vector<std::string> features;
  std::uint64_t seed = 42;

  // rows
  std::optional<double> energy_above;
  std::vector<DuplicateRule> duplicates;
  Balance balance = Balance::undersample;
  double test_share = 0.2;  // of the random protocol

  // What the probability speaks of: popularity >= event_popularity. It is also what members learn from one
  // table alone, whose own habits then count as knowledge.
  double event_popularity = 15;
  // What members learn from several tables together: each lesson from every table that can give it. A table
  // with a target and no popularity gives that in place of any lesson. None named: the event.
  std::vector<Lesson> lessons;

  // Train on columns made like those that will be served: see learn/serving_match.h.
  bool match_serving = false;
  ServingErrors serving_errors;

  // The settings for learning from several tables: what holds in all of them is coarser. Unless stated, those
  // above.
  ModelSettings pooled;

  CalibrationSettings calibration;

  std::string source;  // the TOML text itself, for the bundle's record
};

// Errors: recipe_invalid, with line and column in message and detail.
[[nodiscard]] Result<Recipe> parse_recipe(std::string_view toml);

// `name_or_path` is the name of a built-in recipe, else a file ending in ".toml".
// Errors: not_found, unreadable, recipe_invalid.
[[nodiscard]] Result<Recipe> load_recipe(const std::string& name_or_path);

struct BuiltInRecipe {
  std::string_view name;
  std::string_view toml;
};
// In alphabetical order.
[[nodiscard]] std::span<const BuiltInRecipe> built_in_recipes();

}  // namespace hitscope
