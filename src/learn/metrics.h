// How good probabilities are: the scores every report uses, with intervals.
//
// All but the AUC depend on how many hits there are among the tracks, which a table's maker chose. So all are
// taken under the balanced 1:1 prior that the product's probabilities speak of: each class weighs one half,
// whatever its rows. On a table balanced by undersampling these are the plain scores.
//
//   accuracy, precision, recall, f1   of "probability >= 0.5" for hits
//   auc     the chance that a hit ranks above a flop, ties counting one half
//   brier   mean squared error of the probability
//   ece     expected calibration error: mean |probability - share of hits| over ten equal bins of probability
//
// Intervals hold 95 %: percentiles of a bootstrap that draws whole groups (artists), since the tracks of one
// artist are not independent of each other.
// Sources: Fawcett 2006 (ROC); Brier 1950; Naeini, Cooper, Hauskrecht 2015 (ECE); Field and Welsh 2007.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace hitscope {

struct Score {
  double value = 0;
  double low = 0;
  double high = 0;
};

inline constexpr std::array<std::string_view, 7> kScoreNames = {"accuracy", "precision", "recall", "f1",
                                                                "auc",      "brier",     "ece"};

struct Scores {
  std::array<Score, kScoreNames.size()> scores{};  // in the order of kScoreNames
  [[nodiscard]] const Score& accuracy() const { return scores[0]; }
  [[nodiscard]] const Score& auc() const { return scores[4]; }
  [[nodiscard]] const Score& brier() const { return scores[5]; }
  [[nodiscard]] const Score& ece() const { return scores[6]; }
};

struct ScoreOptions {
  std::size_t replicates = 200;  // 0: no interval, low = high = value
  std::uint64_t seed = 1;
};

// `groups` is empty (each row its own) or one number per row. With only one class present, what needs both is
// NaN. All spans have one entry per row.
[[nodiscard]] Scores score(std::span<const double> probability, std::span<const std::uint8_t> hit,
                           std::span<const std::uint32_t> groups = {}, const ScoreOptions& options = {});

[[nodiscard]] double auc(std::span<const double> probability, std::span<const std::uint8_t> hit);

// One bin of the reliability table.
struct ReliabilityBin {
  double low = 0;
  double high = 0;
  std::size_t rows = 0;
  double mean_probability = 0;
  double share_of_hits = 0;  // under the 1:1 prior
};
// Ten bins; empty ones have rows = 0.
[[nodiscard]] std::vector<ReliabilityBin> reliability(std::span<const double> probability,
                                                      std::span<const std::uint8_t> hit);

// Points (false positive share, true positive share) of the ROC curve, at most `points` + 1 of them.
struct RocPoint {
  double false_positive = 0;
  double true_positive = 0;
};
[[nodiscard]] std::vector<RocPoint> roc_curve(std::span<const double> probability,
                                              std::span<const std::uint8_t> hit, std::size_t points = 200);

}  // namespace hitscope
