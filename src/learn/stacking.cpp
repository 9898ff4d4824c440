#include "learn/stacking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "core/random.h"
#include "learn/logistic_regression.h"

namespace hitscope {
namespace {

// Against rows weighing 2 a table in all: enough to settle shares between members that agree.
constexpr double kStackRidge = 1e-4;

// Rows with a label, weighted: tables alike, and within a table both classes.
struct WeightedRows {
  std::vector<std::uint32_t> rows;
  std::vector<double> y;
  std::vector<double> weight;
};

template <typename LabelOf>
WeightedRows weigh(std::span<const HeldOut> held_out, std::span<const std::uint16_t> times,
                   LabelOf label_of) {
  std::map<std::uint32_t, std::array<double, 2>> count;
  const auto times_of = [&](std::size_t i) { return times.empty() ? 1.0 : times[held_out[i].artist]; };
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    if (label_of(held_out[i]) != kNoLabel) count[held_out[i].table][label_of(held_out[i])] += times_of(i);
  }
  WeightedRows result;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    const std::uint8_t label = label_of(held_out[i]);
    if (label == kNoLabel || times_of(i) == 0) continue;
    const auto& classes = count[held_out[i].table];
    if (classes[0] == 0 || classes[1] == 0) continue;
    result.rows.push_back(static_cast<std::uint32_t>(i));
    result.y.push_back(label);
    result.weight.push_back(times_of(i) / classes[label]);
  }
  return result;
}

std::uint8_t rank_of(const HeldOut& row) {
  return row.rank_by;
}

WeightedRows weigh_event(std::span<const HeldOut> held_out, std::span<const std::uint16_t> times) {
  WeightedRows event = weigh(held_out, times, [](const HeldOut& row) { return row.event; });
  return event.rows.empty() ? weigh(held_out, times, rank_of) : event;
}

double logit(double p) {
  const double clipped = std::clamp(p, ConsensusCalibration::kClip, 1 - ConsensusCalibration::kClip);
  return std::log(clipped / (1 - clipped));
}

// The stack over logits (rows x members) as described in the header.
Result<StackCoefficients> fit_stack(std::span<const HeldOut> held_out, const Matrix<double>& logits,
                                    std::span<const std::uint16_t> times, bool equal_weights) {
  std::vector<double> weights;
  if (equal_weights) {
    // Each by the slope that calibrates it alone: the neighbours' shares are no calibrated probabilities.
    const WeightedRows event = weigh_event(held_out, times);
    Matrix<double> x(event.rows.size(), 1);
    for (std::size_t m = 0; m < kModelCount; ++m) {
      for (std::size_t r = 0; r < event.rows.size(); ++r) x(r, 0) = logits(event.rows[r], m);
      const auto alone = fit_logistic_regression(x, event.y, event.weight, {.non_negative = true});
      if (!alone) return tl::unexpected(alone.error());
      weights.push_back(alone->coefficients[0] / kModelCount);
    }
  } else {
    WeightedRows ranked = weigh(held_out, times, rank_of);
    Matrix<double> x(ranked.rows.size(), kModelCount);
    for (std::size_t r = 0; r < ranked.rows.size(); ++r) {
      std::copy_n(logits.row(ranked.rows[r]).begin(), kModelCount, x.row(r).begin());
    }
    auto fitted =
        fit_logistic_regression(x, ranked.y, ranked.weight, {.ridge = kStackRidge, .non_negative = true});
    if (!fitted) return tl::unexpected(fitted.error());
    weights = std::move(fitted->coefficients);
  }

  WeightedRows event = weigh_event(held_out, times);
  Matrix<double> z(event.rows.size(), 1);
  for (std::size_t r = 0; r < event.rows.size(); ++r) {
    for (std::size_t m = 0; m < kModelCount; ++m) z(r, 0) += weights[m] * logits(event.rows[r], m);
  }
  const auto level = fit_logistic_regression(z, event.y, event.weight, {});
  if (!level) return tl::unexpected(level.error());
  StackCoefficients stack{.intercept = level->intercept, .weights = {}};
  for (std::size_t m = 0; m < kModelCount; ++m) stack.weights[m] = level->coefficients[0] * weights[m];
  return stack;
}

}  // namespace

Result<Stacking> fit_stacking(std::span<const HeldOut> held_out, const MemberScales& trained,
                              const StackingOptions& options) {
  Stacking result;
  result.members = trained;
  if (options.calibrate_members) {
    const WeightedRows event = weigh_event(held_out, {});
    PlattScales scales;
    for (std::size_t m = 0; m < kModelCount; ++m) {
      if (m == kKnn) continue;
      Matrix<double> value(event.rows.size(), 1);
      for (std::size_t r = 0; r < event.rows.size(); ++r) value(r, 0) = held_out[event.rows[r]].values[m];
      const auto platt = fit_logistic_regression(value, event.y, event.weight, {});
      if (!platt) return tl::unexpected(platt.error());
      scales[m] = {.slope = platt->coefficients[0], .intercept = platt->intercept};
    }
    result.members.platt = scales;
  }

  Matrix<double> logits(held_out.size(), kModelCount);
  std::uint32_t artists = 0;
  for (std::size_t i = 0; i < held_out.size(); ++i) {
    const ModelProbabilities p = result.members.probabilities(held_out[i].values);
    for (std::size_t m = 0; m < kModelCount; ++m) logits(i, m) = logit(p[m]);
    artists = std::max(artists, held_out[i].artist + 1);
  }
  auto stack = fit_stack(held_out, logits, {}, options.equal_weights);
  if (!stack) return tl::unexpected(stack.error());
  result.consensus.stack = *stack;
  for (std::size_t replicate = 0; replicate < options.replicates; ++replicate) {
    Random random = Random(options.seed).fork(replicate);
    std::vector<std::uint16_t> times(artists, 0);
    for (std::uint32_t k = 0; k < artists; ++k) ++times[random.below(artists)];
    auto again = fit_stack(held_out, logits, times, options.equal_weights);
    if (!again) return tl::unexpected(again.error());
    result.consensus.replicates.push_back(*again);
  }
  return result;
}

}  // namespace hitscope
