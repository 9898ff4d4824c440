#include "learn/calibration.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/matrix.h"
#include "learn/clusters.h"
#include "learn/isotonic.h"
#include "learn/logistic_regression.h"
#include "learn/parallel.h"

namespace hitscope {
namespace {

double logit(double p) {
  const double clipped = std::clamp(p, ConsensusCalibration::kClip, 1 - ConsensusCalibration::kClip);
  return std::log(clipped / (1 - clipped));
}

StackCoefficients coefficients_of(const LogisticModel& model) {
  StackCoefficients stack;
  stack.intercept = model.intercept;
  std::ranges::copy(model.coefficients, stack.weights.begin());
  return stack;
}

Result<void> check(std::span<const ModelProbabilities> probabilities, std::span<const std::uint8_t> labels,
                   std::span<const std::uint32_t> cluster, const ConsensusParams& params) {
  if (labels.empty()) return fail(ErrorKind::table_invalid, "There are no rows to calibrate on.");
  if (probabilities.size() != labels.size() || (!cluster.empty() && cluster.size() != labels.size())) {
    return fail(ErrorKind::table_invalid, "There is not one label and cluster per row.");
  }
  if (std::ranges::any_of(labels, [](std::uint8_t label) { return label > 1; })) {
    return fail(ErrorKind::table_invalid, "A label is neither 0 nor 1.");
  }
  const auto hits = std::ranges::count(labels, 1);
  if (hits == 0 || static_cast<std::size_t>(hits) == labels.size()) {
    return fail(ErrorKind::table_invalid, "Calibration needs hits and flops.");
  }
  for (const ModelProbabilities& row : probabilities) {
    if (!std::ranges::all_of(row, [](double p) { return p >= 0 && p <= 1; })) {
      return fail(ErrorKind::table_invalid, "A probability is not between 0 and 1.");
    }
  }
  if (!std::isfinite(params.ridge) || params.ridge < 0) {
    return fail(ErrorKind::recipe_invalid, "The ridge of the calibration must not be negative.");
  }
  if (params.replicates > ConsensusCalibration::kMaxReplicates) {
    return fail(ErrorKind::recipe_invalid, "The calibration has too many replicates.",
                std::to_string(params.replicates) + ", at most " +
                    std::to_string(ConsensusCalibration::kMaxReplicates));
  }
  return {};
}

}  // namespace

Result<ConsensusCalibration> fit_consensus(std::span<const ModelProbabilities> probabilities,
                                           std::span<const std::uint8_t> labels,
                                           std::span<const std::uint32_t> cluster,
                                           const ConsensusParams& params) {
  if (auto checked = check(probabilities, labels, cluster, params); !checked) {
    return tl::unexpected(checked.error());
  }
  Matrix<double> logits(labels.size(), kModelCount);
  for (std::size_t r = 0; r < labels.size(); ++r) {
    std::ranges::transform(probabilities[r], logits.row(r).begin(), logit);
  }
  const std::vector<double> target(labels.begin(), labels.end());
  LogisticRegressionParams stack_params;
  stack_params.ridge = params.ridge;
  stack_params.non_negative = true;
  const auto stack = fit_logistic_regression(logits, target, {}, stack_params);
  if (!stack) return tl::unexpected(stack.error());

  ConsensusCalibration calibration;
  calibration.stack = coefficients_of(*stack);
  if (params.isotonic) {
    std::vector<double> stacked;
    for (const ModelProbabilities& row : probabilities) stacked.push_back(calibration.probability(row));
    auto map = fit_isotonic(stacked, target);
    if (!map) return tl::unexpected(map.error());
    calibration.map_x = std::move(map->x);
    calibration.map_y = std::move(map->y);
  }

  const Clusters clusters(cluster, labels.size());
  const Random root(params.seed);
  calibration.replicates.resize(params.replicates);
  parallel_for(params.replicates, params.n_threads, [&](std::size_t b, std::size_t) {
    const std::vector<std::uint32_t> count = clusters.resample(root.fork(b));
    const std::vector<double> weight(count.begin(), count.end());
    calibration.replicates[b] =
        coefficients_of(*fit_logistic_regression(logits, target, weight, stack_params, *stack));
  });
  return calibration;
}

double PlattScaling::probability(double score) const {
  return 1 / (1 + std::exp(-(slope * score + intercept)));
}

Result<PlattScaling> fit_platt(std::span<const double> scores, std::span<const std::uint8_t> labels) {
  if (scores.size() != labels.size())
    return fail(ErrorKind::table_invalid, "There is not one label per score.");
  if (std::ranges::any_of(labels, [](std::uint8_t label) { return label > 1; })) {
    return fail(ErrorKind::table_invalid, "A label is neither 0 nor 1.");
  }
  const auto hits = static_cast<double>(std::ranges::count(labels, 1));
  const double flops = static_cast<double>(labels.size()) - hits;
  std::vector<double> target;
  for (const std::uint8_t label : labels)
    target.push_back(label == 1 ? (hits + 1) / (hits + 2) : 1 / (flops + 2));
  const auto model = fit_logistic_regression(MatrixView<double>(scores, 1), target, {}, {});
  if (!model) return tl::unexpected(model.error());
  return PlattScaling{model->coefficients[0], model->intercept};
}

}  // namespace hitscope
