// k nearest neighbours: scikit-learn's KNeighborsClassifier with Euclidean distance.
//
// There is nothing to learn but an order of the training rows that lets serving find neighbours fast; the
// structure, the rule for ties and the meaning of both kinds of weights stand in model/neighbours.h.
// The rows should be standardised (standard_scaler.h): distances mix the columns' units.
#pragma once

#include <cstddef>

#include "learn/dataset.h"
#include "model/neighbours.h"

namespace hitscope {

struct KnnParams {
  std::size_t k = 5;
  bool distance_weights = false;  // scikit-learn's weights="distance"; else "uniform"
};

// Row weights have no meaning here and must be absent, as in scikit-learn.
// Errors: table_invalid (see Dataset::validate; row weights), recipe_invalid (k of 0, k above the rows or
// above what serving supports, or too many columns).
[[nodiscard]] Result<Neighbours> fit_knn(const Dataset& data, const KnnParams& params);

}  // namespace hitscope
