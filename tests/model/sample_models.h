// Models small or random, for tests: no training, no data, only a seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.h"
#include "model/bundle.h"
#include "model/tree_ensemble.h"

namespace hitscope::testing {

// Builds trees node by node, children after their parent and side by side as TreeEnsemble wants them.
class TreeGrower {
 public:
  TreeGrower(Random& random, std::size_t n_features) : random_(random), n_features_(n_features) {}

  // Splits with thresholds from a standard normal down to `depth`, stopping early now and then;
  // leaf values uniform in [low, high).
  void grow(TreeEnsemble& forest, std::size_t depth, double low, double high) {
    const std::uint32_t root = add(forest, 1);
    forest.roots.push_back(root);
    split(forest, root, depth, low, high);
  }

 private:
  static std::uint32_t add(TreeEnsemble& forest, std::size_t nodes) {
    const auto first = static_cast<std::uint32_t>(forest.feature.size());
    forest.feature.resize(first + nodes, -1);
    forest.threshold.resize(first + nodes, 0.0F);
    forest.left.resize(first + nodes, 0);
    return first;
  }

  void split(TreeEnsemble& forest, std::uint32_t node, std::size_t depth, double low, double high) {
    if (depth == 0 || random_.uniform() < 0.1) {
      forest.threshold[node] = static_cast<float>(low + (high - low) * random_.uniform());
      return;
    }
    const std::uint32_t child = add(forest, 2);
    forest.feature[node] = static_cast<std::int16_t>(random_.below(n_features_));
    forest.threshold[node] = static_cast<float>(random_.normal());
    forest.left[node] = child;
    split(forest, child, depth - 1, low, high);
    split(forest, child + 1, depth - 1, low, high);
  }

  Random& random_;
  std::size_t n_features_;
};

inline TreeEnsemble random_forest(Random& random, std::size_t n_features, std::size_t trees,
                                  std::size_t depth, Link link) {
  TreeEnsemble forest;
  forest.link = link;
  TreeGrower grower(random, n_features);
  const double n = static_cast<double>(trees);
  for (std::size_t t = 0; t < trees; ++t) {
    if (link == Link::identity) {
      grower.grow(forest, depth, 0.0, 1.0 / n);
    } else {
      grower.grow(forest, depth, -2.0 / n, 2.0 / n);
    }
  }
  if (link == Link::sigmoid) forest.base = 0.1;
  return forest;
}

inline std::vector<float> random_row(Random& random, std::size_t n) {
  std::vector<float> row(n);
  for (float& value : row) value = static_cast<float>(random.normal());
  return row;
}

inline Neighbours random_neighbours(Random& random, std::size_t n_features, std::size_t rows, std::size_t k,
                                    bool distance_weights) {
  std::vector<float> values = random_row(random, rows * n_features);
  std::vector<std::uint8_t> labels(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    labels[r] = static_cast<double>(values[r * n_features]) + random.normal() > 0 ? 1 : 0;
  }
  return Neighbours::build(values, labels, n_features, k, distance_weights);
}

struct SampleSize {
  std::size_t features = 4;
  std::size_t trees = 10;
  std::size_t depth = 5;
  std::size_t rows = 200;
  std::size_t background = 8;
  std::size_t derived = 0;  // columns, all of the second feature
};

// A bundle that is valid in every part and means nothing.
inline Bundle sample_bundle(std::uint64_t seed, const SampleSize& size = {}) {
  Random random(seed);
  const std::size_t n = size.features;
  Bundle bundle;
  for (std::size_t f = 0; f < n; ++f) {
    bundle.features.push_back(
        {"feature_" + std::to_string(f), "unit", "measured_" + std::to_string(f), -10, 10});
    bundle.scaler.mean.push_back(static_cast<double>(f));
    bundle.scaler.scale.push_back(1.0 + 0.5 * static_cast<double>(f));
  }
  for (std::size_t d = 0; d < size.derived; ++d) {
    bundle.derived.push_back({Derivation::off_whole, 1});
    bundle.scaler.mean.push_back(0.25);
    bundle.scaler.scale.push_back(0.15);
  }
  const std::size_t columns = n + size.derived;
  bundle.random_forest = random_forest(random, columns, size.trees, size.depth, Link::identity);
  bundle.xgboost = random_forest(random, columns, size.trees, size.depth, Link::sigmoid);
  bundle.adaboost = random_forest(random, columns, size.trees, 2, Link::sigmoid);
  bundle.decision_tree = random_forest(random, columns, 1, size.depth, Link::identity);
  bundle.knn = random_neighbours(random, n, size.rows, 7, true);
  bundle.calibration.stack = {0.1, {0.4, 0.5, 0.3, 0.2, 0.1}};
  bundle.calibration.map_x = {0.0, 0.3, 0.6, 1.0};
  bundle.calibration.map_y = {0.05, 0.25, 0.65, 0.95};
  for (int b = 0; b < 50; ++b) {
    StackCoefficients replicate = bundle.calibration.stack;
    replicate.intercept += 0.1 * random.normal();
    for (double& weight : replicate.weights) weight += 0.05 * random.normal();
    bundle.calibration.replicates.push_back(replicate);
  }
  bundle.background = Matrix<float>(size.background, n);
  for (std::size_t r = 0; r < size.background; ++r) {
    for (std::size_t f = 0; f < n; ++f) {
      bundle.background(r, f) =
          static_cast<float>(bundle.scaler.mean[f] + bundle.scaler.scale[f] * random.normal());
    }
  }
  bundle.hit_quantiles = Matrix<float>(n, 3);
  bundle.flop_quantiles = Matrix<float>(n, 3);
  for (std::size_t f = 0; f < n; ++f) {
    for (std::size_t level = 0; level < 3; ++level) {
      bundle.hit_quantiles(f, level) = static_cast<float>(2 * level);
      bundle.flop_quantiles(f, level) = static_cast<float>(level);
    }
  }
  Estimator estimator;
  estimator.name = "measured_0";
  estimator.unit = "dB";
  estimator.inputs = {{"integrated_lufs", Transform::none}, {"rms", Transform::log10}};
  estimator.scaler = {{-14.0, -1.0}, {4.0, 0.5}};
  estimator.intercept = -9.0;
  estimator.coefficients = {3.0, 0.5};
  estimator.trees = random_forest(random, 2, 2, 2, Link::identity);
  estimator.curve_x = {-60.0, 0.0};
  estimator.curve_y = {-60.0, 0.0};
  estimator.low = -60;
  estimator.high = 0;
  estimator.r2 = 0.9;
  estimator.rmse = 1.2;
  estimator.residual_sd = 1.1;
  bundle.estimators.push_back(estimator);
  bundle.card.name = "sample";
  bundle.card.version = "1";
  bundle.card.event = "a coin came up heads";
  bundle.card.trained_on = "nothing";
  bundle.card.data_licence = "none";
  bundle.card.recipe = "seed = 1\n# \"quoted\" and ünïcode\n";
  bundle.card.metrics_json = R"({"random": {"auc": 0.5},  "kept": "verbatim"})";
  bundle.card.data = {{"table.csv", "00ff", 12}};
  bundle.card.auc_grouped = 0.51;
  return bundle;
}

// A raw row such as the sample bundle's background is drawn from.
inline std::vector<float> sample_row(const Bundle& bundle, Random& random) {
  std::vector<float> row(bundle.features.size());
  for (std::size_t f = 0; f < row.size(); ++f) {
    row[f] = static_cast<float>(bundle.scaler.mean[f] + bundle.scaler.scale[f] * random.normal());
  }
  return row;
}

}  // namespace hitscope::testing
