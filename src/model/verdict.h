// What the five models say of one track, and how the product words it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hitscope {

inline constexpr std::size_t kModelCount = 5;
// The order of votes everywhere: JSON, bundle, reports.
inline constexpr std::array<std::string_view, kModelCount> kModelNames = {"random_forest", "xgboost",
                                                                          "adaboost", "knn", "decision_tree"};

enum class Label { flop, hit };
enum class Tier { total_flop, risky, potential, ultra_hit };

struct Vote {
  std::string_view model;
  Label label = Label::flop;
  double probability = 0;  // the model's own P(hit) under the balanced prior; label = probability >= 0.5
};

struct Contribution {
  std::string feature;
  double value = 0;         // the track's value, in the feature's own unit
  double contribution = 0;  // Shapley value: its share of (probability - base rate)
  double percentile = 0;    // where the value lies among the training rows, 0..1
};

struct Verdict {
  Label label = Label::flop;  // majority of five
  int votes_for_hit = 0;
  Tier tier = Tier::total_flop;
  double probability = 0;  // calibrated on held-out folds
  double probability_low = 0;
  double probability_high = 0;
  std::array<Vote, kModelCount> votes{};
  double base_rate = 0;                   // what the probability is for a track of which nothing is known
  std::vector<Contribution> explanation;  // largest first; empty unless asked for
};

// 5 votes ULTRA HIT, 3-4 POTENTIAL, 1-2 RISKY, 0 TOTAL FLOP.
[[nodiscard]] Tier tier_of(int votes_for_hit);
[[nodiscard]] std::string_view tier_name(Tier tier);     // "ULTRA HIT", ...
[[nodiscard]] std::string_view label_name(Label label);  // "HIT", "FLOP"

}  // namespace hitscope
