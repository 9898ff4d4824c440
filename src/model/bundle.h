// The bundle: everything that is served, in one value and one file.
//
// Vocabulary. A *feature row* holds raw values in the features' own units, NaN where unknown; the scaler
// turns it, with the derived columns (derived_columns.h) behind it, into the standardised row
// that the models see. *Background* rows are raw training rows, a
// fixed sample of about 64, over which unknown features are averaged (predictor.h). *Quantiles* place a value
// among the training rows of either class. *Estimators* supply the features that audio does not give
// directly.
//
// File: a safetensors container (safetensors.h) whose metadata holds "format" = "hitscope-bundle",
// "schema_version", the card's texts and a "digest" (XXH64 of all names, texts, shapes and data), so that
// any flipped bit is noticed. Laid out in docs/formats.md. Loading executes nothing, checks everything and
// takes time linear in the file's size; a file of a newer schema is refused with "made by a newer hitscope".
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/matrix.h"
#include "model/consensus.h"
#include "model/derived_columns.h"
#include "model/estimator.h"
#include "model/measurements.h"
#include "model/neighbours.h"
#include "model/scaler.h"
#include "model/tree_ensemble.h"

namespace hitscope {

inline constexpr int kBundleSchemaVersion = 1;
// Explanations are exact over all coalitions of features, so their number is bounded; derived ones count.
inline constexpr std::size_t kMaxFeatures = 16;
inline constexpr std::size_t kMaxBackgroundRows = 256;

struct Feature {
  std::string name;    // the table's column: "tempo", "loudness", "energy", ...
  std::string unit;    // "BPM", "dB", "" for a share or a code
  std::string source;  // the measured value or estimator that stands in for it: "tempo_bpm", "loudness_db"
  double low = 0;      // usual range on the tables' scale, for people and sliders; not a limit
  double high = 1;
};

struct DataFingerprint {
  std::string name;  // the table's file name
  std::string sha256;
  std::uint64_t rows = 0;
};

struct BundleCard {
  std::string name;
  std::string version;
  std::string created;     // ISO 8601, or empty where reproducibility matters more
  std::string event;       // what "HIT" means, in one sentence
  std::string trained_on;  // one line for people: rows, tables, years
  std::string data_licence;
  std::string recipe;        // the recipe's own text (TOML), verbatim
  std::string metrics_json;  // quality by protocol as `evaluate --format json` prints it, verbatim
  std::vector<DataFingerprint> data;
  std::optional<double> auc_grouped;
  std::optional<double> ece;
};

struct Bundle {
  std::vector<Feature> features;
  std::vector<DerivedColumn> derived;
  Scaler scaler;  // of the features and the derived columns
  TreeEnsemble random_forest;
  TreeEnsemble xgboost;
  TreeEnsemble adaboost;
  Neighbours knn;
  TreeEnsemble decision_tree;
  ConsensusCalibration calibration;
  Matrix<float> background;  // rows x features, raw units, all known
  // features x levels: level j is the j/(levels-1) quantile of that class's training rows. At least 2 levels.
  Matrix<float> hit_quantiles;
  Matrix<float> flop_quantiles;
  std::vector<Estimator> estimators;
  BundleCard card;

  // All invariants of all parts. Errors: model_invalid.
  [[nodiscard]] Result<void> validate() const;
};

// Where `value` lies among rows whose quantiles these are, 0..1; within a run of equal quantiles, its middle.
[[nodiscard]] double percentile_of(std::span<const float> quantiles, double value);

// The bundle's inputs from what is known: for each feature the value measured under its own name, else under
// its source's name, else the estimator called like its source or itself, else NaN.
[[nodiscard]] std::vector<float> feature_row(const Bundle& bundle, const Measurements& measured);

// Errors: not_found, unreadable, model_invalid.
[[nodiscard]] Result<Bundle> load_bundle(const std::filesystem::path& path);
// Errors: model_invalid.
[[nodiscard]] Result<Bundle> load_bundle(std::span<const std::byte> bytes);

// The same bundle always gives the same bytes. Errors: model_invalid (it would not load).
[[nodiscard]] Result<std::vector<std::byte>> encode_bundle(const Bundle& bundle);
// Written beside the path and renamed, so readers see the old file or the new one, never half of one.
// Errors: model_invalid, unreadable (the folder cannot be written).
[[nodiscard]] Result<void> save_bundle(const Bundle& bundle, const std::filesystem::path& path);

}  // namespace hitscope
