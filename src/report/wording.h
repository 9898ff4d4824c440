// How hitscope words numbers: one place, so that every screen says the same thing the same way.
#pragma once

#include <string>
#include <string_view>

#include "report/track_report.h"

namespace hitscope {

[[nodiscard]] std::string percent(double share);  // 0.634 -> "63 %"; "under 1 %", "over 99 %" at the ends
[[nodiscard]] std::string minutes_seconds(double seconds);      // 197.4 -> "3:17"; an hour and more "1:02:03"
[[nodiscard]] std::string model_label(std::string_view model);  // "knn" -> "nearest neighbours"

// "loudness", -7.31 -> "loudness of -7.3 dB"; an unknown feature keeps its name and gets its bare number.
[[nodiscard]] std::string feature_with_value(std::string_view feature, double value);

// What the probability means, with the base rate beside it and what a hit is. Needs report.verdict.
[[nodiscard]] std::string probability_in_words(const TrackReport& report);

// One honest sentence on how far such a verdict can be trusted, with the bundle's own figure where it has
// one.
[[nodiscard]] std::string limits_in_words(const TrackReport& report);

// Why the probability is what it is: a paragraph made of measured values, Shapley contributions and
// percentiles only. Empty without an explanation in the verdict.
[[nodiscard]] std::string explanation_in_words(const TrackReport& report);

}  // namespace hitscope
