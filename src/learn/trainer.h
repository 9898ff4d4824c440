// From tables and a recipe to a bundle that can be served: the one call behind `hitscope train`.
//
// The order of work: read and prepare the tables (materials.h), hold out folds, calibrate, train on all rows
// (ensemble.h), judge the procedure on the held-out rows, fill in the card. The quality on the card is that
// of rows whose artists no member was trained on, from inputs as they are served.
//
// Deterministic: the same files, recipe, seed and library versions give the same bytes, whatever the threads;
// so `created` on the card stays empty unless it is given.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "data/recipe.h"
#include "data/schema.h"
#include "learn/attribute_estimators.h"
#include "learn/ensemble.h"
#include "learn/evaluation.h"
#include "learn/materials.h"
#include "model/bundle.h"

namespace hitscope {

struct TrainOptions {
  std::vector<std::filesystem::path> data;
  std::vector<ColumnMapping> mappings;  // for tables that are not known ones
  Recipe recipe;
  std::string version = "1";
  std::string created;  // ISO 8601; empty: not stated
  // SHA-256 of a file as hexadecimal digits, for the card; absent: the digests stay empty.
  std::function<Result<std::string>(const std::filesystem::path&)> digest;
  LearnOptions learn;
};

struct TrainedBundle {
  Bundle bundle;
  // How the served procedure does on held-out artists of the first table with popularity.
  Evaluation evaluation;
  std::vector<EstimatorQuality> estimators;
  std::vector<TableStages> stages;
};

// Errors: those of read_materials and fit_ensemble; recipe_invalid (it matches serving, and a table that this
// needs is missing); model_invalid (the result breaks an invariant: a defect of ours).
[[nodiscard]] Result<TrainedBundle> train(const TrainOptions& options);

// The card as Markdown (models/NAME.md): data, protocols, quality with intervals, limits.
[[nodiscard]] std::string card_markdown(const TrainedBundle& trained);

}  // namespace hitscope
