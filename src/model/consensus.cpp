#include "model/consensus.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "model/piecewise_linear.h"
#include "model/tree_ensemble.h"

namespace hitscope {
namespace {

std::array<double, kModelCount> logits(const ModelProbabilities& p) {
  std::array<double, kModelCount> z{};
  for (std::size_t i = 0; i < kModelCount; ++i) {
    const double clipped = std::clamp(p[i], ConsensusCalibration::kClip, 1 - ConsensusCalibration::kClip);
    z[i] = std::log(clipped / (1 - clipped));
  }
  return z;
}

double score(const StackCoefficients& stack, const std::array<double, kModelCount>& z) {
  double sum = stack.intercept;
  for (std::size_t i = 0; i < kModelCount; ++i) sum += stack.weights[i] * z[i];
  return sum;
}

// Far beyond any sound fit, and small enough that no sum of ours overflows. False for NaN.
bool sane(const StackCoefficients& stack) {
  const auto moderate = [](double w) { return std::abs(w) <= 1e6; };
  return moderate(stack.intercept) && std::all_of(stack.weights.begin(), stack.weights.end(), moderate);
}

}  // namespace

double ConsensusCalibration::probability(const ModelProbabilities& p) const {
  return piecewise_linear(map_x, map_y, sigmoid(score(stack, logits(p))));
}

CalibratedProbability ConsensusCalibration::calibrate(const ModelProbabilities& p) const {
  const auto z = logits(p);
  const auto probability_of = [&](double s) { return piecewise_linear(map_x, map_y, sigmoid(s)); };
  CalibratedProbability result;
  result.probability = result.low = result.high = probability_of(score(stack, z));
  if (replicates.empty()) return result;

  // Sigmoid and map never fall, so quantiles may be taken of the scores.
  std::array<double, kMaxReplicates> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  const std::span<double> scores = std::span(buffer).first(replicates.size());
  std::transform(replicates.begin(), replicates.end(), scores.begin(),
                 [&](const StackCoefficients& replicate) { return score(replicate, z); });
  const auto quantile = [&](double q) {
    const auto rank = static_cast<std::ptrdiff_t>(std::lround(q * static_cast<double>(scores.size() - 1)));
    std::nth_element(scores.begin(), scores.begin() + rank, scores.end());
    return scores[static_cast<std::size_t>(rank)];
  };
  result.low = std::min(result.probability, probability_of(quantile(0.05)));
  result.high = std::max(result.probability, probability_of(quantile(0.95)));
  return result;
}

Result<void> ConsensusCalibration::validate() const {
  const auto invalid = [](std::string why) {
    return fail(ErrorKind::model_invalid, "The model's calibration is malformed.", std::move(why));
  };
  if (!sane(stack)) return invalid("a coefficient is not finite or beyond reason");
  if (replicates.size() > kMaxReplicates) return invalid(std::to_string(replicates.size()) + " replicates");
  if (!std::all_of(replicates.begin(), replicates.end(), sane)) {
    return invalid("a replicate is not finite or beyond reason");
  }
  if (!is_piecewise_linear(map_x, map_y)) return invalid("the map's knots do not rise");
  const auto in_unit = [](double v) { return v >= 0 && v <= 1; };
  const bool inside =
      std::all_of(map_x.begin(), map_x.end(), in_unit) && std::all_of(map_y.begin(), map_y.end(), in_unit);
  if (!inside || !std::is_sorted(map_y.begin(), map_y.end()))
    return invalid("the map leaves [0, 1] or falls");
  return {};
}

}  // namespace hitscope
