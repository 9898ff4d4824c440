// From the five models' held-out probabilities to the consensus the product shows.
//
// fit_consensus: a logistic stack over the models' logits (model/consensus.h states the formula). Weights are
// not negative, because more confidence of any model must never lower the verdict, and shrunk by a ridge,
// because the five agree so much that their shares are ill determined. The probabilities must come from rows
// the models were not trained on (cross-validation folds): on its own training rows the forest is all but
// certain. Bootstrap replicates refit the stack on resampled rows (whole clusters, where given: tracks of one
// artist stand or fall together); their spread is the interval.
//
// fit_platt: one score to a probability, sigmoid(slope * score + intercept), with Platt's targets
// (n_hits + 1) / (n_hits + 2) and 1 / (n_flops + 2) in place of 1 and 0, which keep it from certainty.
//
// Sources: Platt, "Probabilistic outputs for support vector machines", 1999; Wolpert, "Stacked
// generalization", 1992; Breiman, "Stacked regressions", 1996 (why the weights should not be negative).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/error.h"
#include "model/consensus.h"

namespace hitscope {

struct ConsensusParams {
  double ridge = 1;       // per stack, not per row: it fades as rows grow
  bool isotonic = false;  // follow the stack by a monotone map, fitted to the same rows
  std::size_t replicates = 200;
  unsigned n_threads = 0;
  std::uint64_t seed = 0;
};

// `cluster` names each row's cluster by any number; empty: every row is its own.
// Errors: table_invalid (no rows, lengths that differ, one label only, a label other than 0 and 1, a
// probability outside [0, 1]), recipe_invalid (a negative ridge, more replicates than ConsensusCalibration
// holds).
[[nodiscard]] Result<ConsensusCalibration> fit_consensus(std::span<const ModelProbabilities> probabilities,
                                                         std::span<const std::uint8_t> labels,
                                                         std::span<const std::uint32_t> cluster,
                                                         const ConsensusParams& params);

struct PlattScaling {
  double slope = 1;
  double intercept = 0;

  [[nodiscard]] double probability(double score) const;
};

// Errors: table_invalid (no rows, lengths that differ, a label other than 0 and 1, a score that is not
// finite).
[[nodiscard]] Result<PlattScaling> fit_platt(std::span<const double> scores,
                                             std::span<const std::uint8_t> labels);

}  // namespace hitscope
