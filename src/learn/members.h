// The five members of the ensemble: trained together on one or several tables, served side by side.
//
// From one table each member is what its name says, trained on that table's event. From several tables a
// member is made of one model a table: forests, boosted trees and AdaBoost are sums of trees, so the mean of
// several such models, each first brought to mean 0 and deviation 1 over its own training rows, is again one
// sum of trees. Each table thus has an equal say, whatever its size and however strongly its label shows in
// sound. The neighbours and the single tree learn from all tables' rows at once, each table with equal
// weight.
//
// A member's *value* is what its trees sum to, before any link; for the neighbours, which have no leaves to
// scale, their share of hits. Values rank; calibrate() turns those of the trees into probabilities of the
// event (Platt's scaling, fitted on rows the members were not trained on) by scaling leaves, so what is
// served stays a plain sum of trees.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/error.h"
#include "core/matrix.h"
#include "data/recipe.h"
#include "learn/training_table.h"
#include "model/consensus.h"
#include "model/derived_columns.h"
#include "model/neighbours.h"
#include "model/scaler.h"
#include "model/tree_ensemble.h"
#include "model/verdict.h"

namespace hitscope {

// Positions in kModelNames.
enum class Member : std::size_t { random_forest, xgboost, adaboost, knn, decision_tree };
inline constexpr auto kKnn = static_cast<std::size_t>(Member::knn);

using MemberValues = std::array<double, kModelCount>;

struct Members {
  std::vector<DerivedColumn> derived;
  Scaler scaler;
  TreeEnsemble random_forest;
  TreeEnsemble xgboost;
  TreeEnsemble adaboost;
  Neighbours knn;
  TreeEnsemble decision_tree;
};

// Some rows of one table, by position.
struct TablePart {
  const TrainingTable* table = nullptr;
  std::vector<std::uint32_t> rows;
};

struct FitOptions {
  std::uint64_t seed = 42;
  unsigned n_threads = 0;  // 0: one per processor
};

// Whether members learn the recipe's lessons from several tables, or the event from one.
[[nodiscard]] bool is_pooled(std::span<const TablePart> parts);

// Trains all five on these rows: the recipe's lessons from several tables, or the event from one. Parts that
// cannot give labels of both classes are left out. Errors: table_invalid (nothing to learn from),
// recipe_invalid, internal.
[[nodiscard]] Result<Members> fit_members(std::span<const TablePart> parts, const Recipe& recipe,
                                          const FitOptions& options);

// The values of rows of raw features, in the order asked for. n_threads as in FitOptions.
[[nodiscard]] std::vector<MemberValues> member_values(const Members& members, MatrixView<float> x,
                                                      std::span<const std::uint32_t> rows,
                                                      unsigned n_threads);

// p = sigmoid(slope * value + intercept).
struct PlattScale {
  double slope = 1;
  double intercept = 0;
};
using PlattScales = std::array<PlattScale, kModelCount>;  // the neighbours' is not used

// How the members' values become probabilities: by the links they were trained with, or by Platt's scaling.
struct MemberScales {
  std::array<Link, kModelCount> links{};
  std::optional<PlattScales> platt;

  [[nodiscard]] ModelProbabilities probabilities(const MemberValues& values) const;
};

// As trained, before any calibration.
[[nodiscard]] MemberScales scales_of(const Members& members);

// Makes every member but the neighbours give calibrated probabilities itself.
void calibrate(Members& members, const PlattScales& scales);

}  // namespace hitscope
