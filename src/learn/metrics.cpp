#include "learn/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/random.h"

namespace hitscope {
namespace {

constexpr std::size_t kBins = 10;

// Rows in ascending order of probability, so that every replicate needs only one pass.
struct Sorted {
  std::vector<double> probability;
  std::vector<std::uint8_t> hit;
  std::vector<std::uint32_t> group;
  std::size_t groups = 0;
};

Sorted sort_rows(std::span<const double> probability, std::span<const std::uint8_t> hit,
                 std::span<const std::uint32_t> groups) {
  std::vector<std::uint32_t> order(probability.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return probability[a] < probability[b]; });
  Sorted sorted;
  for (const std::uint32_t row : order) {
    sorted.probability.push_back(probability[row]);
    sorted.hit.push_back(hit[row]);
    sorted.group.push_back(groups.empty() ? row : groups[row]);
  }
  for (const std::uint32_t group : sorted.group) {
    sorted.groups = std::max<std::size_t>(sorted.groups, group + std::size_t{1});
  }
  return sorted;
}

std::size_t bin_of(double probability) {
  return std::min(kBins - 1, static_cast<std::size_t>(std::max(0.0, probability) * kBins));
}

double ratio(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : std::numeric_limits<double>::quiet_NaN();
}

// The seven scores with each row counted times[group] times (once, if `times` is empty).
std::array<double, kScoreNames.size()> compute(const Sorted& rows, std::span<const std::uint16_t> times) {
  const auto count_of = [&](std::size_t i) { return times.empty() ? 1.0 : times[rows.group[i]]; };
  std::array<double, 2> total{};
  for (std::size_t i = 0; i < rows.hit.size(); ++i) total[rows.hit[i]] += count_of(i);
  const std::array<double, 2> unit = {ratio(0.5, total[0]), ratio(0.5, total[1])};

  std::array<double, 2> called_hit{};  // weight of flops and of hits with probability >= 0.5
  double ranked_above = 0;             // sum over hits of the flops below, ties half
  double flops_below = 0;
  double squared = 0;
  std::array<double, kBins> bin_probability{};
  std::array<double, kBins> bin_hits{};
  for (std::size_t i = 0; i < rows.hit.size();) {
    const double p = rows.probability[i];
    std::array<double, 2> tied{};
    for (; i < rows.hit.size() && rows.probability[i] == p; ++i) tied[rows.hit[i]] += count_of(i);
    ranked_above += tied[1] * (flops_below + tied[0] / 2);
    flops_below += tied[0];
    const double flops = tied[0] > 0 ? tied[0] * unit[0] : 0;
    const double hits = tied[1] > 0 ? tied[1] * unit[1] : 0;
    if (p >= 0.5) {
      called_hit[0] += flops;
      called_hit[1] += hits;
    }
    squared += flops * p * p + hits * (1 - p) * (1 - p);
    bin_probability[bin_of(p)] += (flops + hits) * p;
    bin_hits[bin_of(p)] += hits;
  }
  double ece = 0;
  for (std::size_t b = 0; b < kBins; ++b) ece += std::abs(bin_probability[b] - bin_hits[b]);

  const double recall = called_hit[1] * 2;
  const double precision = ratio(called_hit[1], called_hit[0] + called_hit[1]);
  const double both = total[0] > 0 && total[1] > 0 ? 1 : std::numeric_limits<double>::quiet_NaN();
  return {both * (called_hit[1] + 0.5 - called_hit[0]),
          both * precision,
          both * recall,
          both * ratio(2 * called_hit[1], called_hit[0] + called_hit[1] + 0.5),
          ratio(ranked_above, total[0] * total[1]),
          both * squared,
          both * ece};
}

}  // namespace

Scores score(std::span<const double> probability, std::span<const std::uint8_t> hit,
             std::span<const std::uint32_t> groups, const ScoreOptions& options) {
  const Sorted rows = sort_rows(probability, hit, groups);
  const auto values = compute(rows, {});
  std::array<std::vector<double>, kScoreNames.size()> drawn;
  for (std::size_t replicate = 0; replicate < options.replicates; ++replicate) {
    Random random = Random(options.seed).fork(replicate);
    std::vector<std::uint16_t> times(rows.groups, 0);
    for (std::size_t k = 0; k < rows.groups; ++k) ++times[random.below(rows.groups)];
    const auto again = compute(rows, times);
    for (std::size_t s = 0; s < again.size(); ++s) {
      if (!std::isnan(again[s])) drawn[s].push_back(again[s]);
    }
  }
  Scores result;
  for (std::size_t s = 0; s < values.size(); ++s) {
    Score& score = result.scores[s];
    score = {.value = values[s], .low = values[s], .high = values[s]};
    if (drawn[s].empty() || std::isnan(values[s])) continue;
    std::sort(drawn[s].begin(), drawn[s].end());
    const auto quantile = [&](double q) {
      return drawn[s][static_cast<std::size_t>(q * static_cast<double>(drawn[s].size() - 1))];
    };
    score.low = std::min(values[s], quantile(0.025));
    score.high = std::max(values[s], quantile(0.975));
  }
  return result;
}

double auc(std::span<const double> probability, std::span<const std::uint8_t> hit) {
  return compute(sort_rows(probability, hit, {}), {})[4];
}

std::vector<ReliabilityBin> reliability(std::span<const double> probability,
                                        std::span<const std::uint8_t> hit) {
  std::array<double, 2> total{};
  for (const std::uint8_t h : hit) total[h] += 1;
  std::vector<ReliabilityBin> bins(kBins);
  std::vector<double> weight(kBins, 0);
  for (std::size_t b = 0; b < kBins; ++b) {
    bins[b].low = static_cast<double>(b) / kBins;
    bins[b].high = static_cast<double>(b + 1) / kBins;
  }
  for (std::size_t i = 0; i < hit.size(); ++i) {
    const std::size_t b = bin_of(probability[i]);
    const double w = 0.5 / total[hit[i]];
    ++bins[b].rows;
    weight[b] += w;
    bins[b].mean_probability += w * probability[i];
    bins[b].share_of_hits += hit[i] != 0 ? w : 0;
  }
  for (std::size_t b = 0; b < kBins; ++b) {
    if (bins[b].rows == 0) continue;
    bins[b].mean_probability /= weight[b];
    bins[b].share_of_hits /= weight[b];
  }
  return bins;
}

std::vector<RocPoint> roc_curve(std::span<const double> probability, std::span<const std::uint8_t> hit,
                                std::size_t points) {
  const Sorted rows = sort_rows(probability, hit, {});
  std::array<double, 2> total{};
  for (const std::uint8_t h : hit) total[h] += 1;
  std::vector<RocPoint> curve = {{0, 0}};
  if (total[0] == 0 || total[1] == 0) return {{0, 0}, {1, 1}};
  std::array<double, 2> passed{};
  double next = 1.0 / static_cast<double>(points);
  for (std::size_t i = rows.hit.size(); i > 0;) {
    const double p = rows.probability[i - 1];
    for (; i > 0 && rows.probability[i - 1] == p; --i) passed[rows.hit[i - 1]] += 1;
    const RocPoint point{passed[0] / total[0], passed[1] / total[1]};
    if (point.false_positive + point.true_positive >= 2 * next || i == 0) {
      curve.push_back(point);
      next = (point.false_positive + point.true_positive) / 2 + 1.0 / static_cast<double>(points);
    }
  }
  return curve;
}

}  // namespace hitscope
