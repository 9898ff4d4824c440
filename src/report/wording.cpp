#include "report/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "report/plain_text.h"

namespace hitscope {
namespace {

constexpr std::size_t kNamedContributions = 3;  // of each direction; more would bury the strongest
constexpr double kWorthSaying = 0.005;          // half a point of probability

struct FeatureWords {
  std::string_view feature;
  std::string_view name;
  std::string_view unit;
  int decimals;
};

constexpr std::array kFeatureWords = std::to_array<FeatureWords>({
    {"tempo", "tempo", " BPM", 1},
    {"tempo_bpm", "tempo", " BPM", 1},
    {"loudness", "loudness", " dB", 1},
    {"loudness_db", "loudness", " dB", 1},
    {"integrated_lufs", "loudness", " LUFS", 1},
    {"loudness_range_lu", "loudness range", " LU", 1},
    {"energy", "energy", "", 2},
    {"danceability", "danceability", "", 2},
    {"acousticness", "acousticness", "", 2},
    {"instrumentalness", "instrumentalness", "", 2},
    {"speechiness", "speechiness", "", 2},
    {"liveness", "liveness", "", 2},
    {"valence", "valence", "", 2},
    {"rms", "RMS level", "", 3},
    {"rms_std", "RMS spread", "", 3},
    {"spectral_centroid_hz", "spectral centroid", " Hz", 0},
    {"spectral_bandwidth_hz", "spectral bandwidth", " Hz", 0},
    {"spectral_rolloff_hz", "spectral roll-off", " Hz", 0},
    {"zero_crossing_rate", "zero crossing rate", "", 3},
    {"onset_rate_hz", "onset rate", " a second", 1},
    {"time_signature", "time signature", " beats a bar", 0},
});

constexpr std::array<std::string_view, 12> kPitchNames = {"C",  "C#", "D",  "D#", "E",  "F",
                                                          "F#", "G",  "G#", "A",  "A#", "B"};

// "5 points": how much of the probability, in hundredths.
std::string points(double share) {
  const double count = std::abs(share) * 100.0;
  if (count < 0.95) return fmt::format("{:.1f} points", count);
  const auto whole = std::lround(count);
  return fmt::format("{} {}", whole, whole == 1 ? "point" : "points");
}

std::string place_among_known(const Contribution& part) {
  if (!std::isfinite(part.percentile)) return {};
  return fmt::format(", above {} of the tracks the models learnt from", percent(part.percentile));
}

// A key or a mode has no more and less: its percentile would say nothing.
bool is_ordered(std::string_view feature) {
  return feature != "key" && feature != "mode";
}

std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i != 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  return text;
}

// The strongest contributions of one direction, largest first.
std::vector<const Contribution*> strongest(const Verdict& verdict, bool raising) {
  std::vector<const Contribution*> parts;
  for (const Contribution& part : verdict.explanation) {
    const double push = raising ? part.contribution : -part.contribution;
    if (push >= kWorthSaying) parts.push_back(&part);
  }
  std::ranges::stable_sort(parts, std::ranges::greater{},
                           [](const Contribution* part) { return std::abs(part->contribution); });
  if (parts.size() > kNamedContributions) parts.resize(kNamedContributions);
  return parts;
}

std::string direction_in_words(const std::vector<const Contribution*>& parts, std::string_view verb) {
  const Contribution& first = *parts.front();
  std::string text = fmt::format(
      "What {} it most is its {}{}: {}.", verb, feature_with_value(first.feature, first.value),
      is_ordered(first.feature) ? place_among_known(first) : std::string(), points(first.contribution));
  std::vector<std::string> others;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    others.push_back(fmt::format("its {} ({})", feature_with_value(parts[i]->feature, parts[i]->value),
                                 points(parts[i]->contribution)));
  }
  if (!others.empty()) text += fmt::format(" The same way go {}.", listed(others));
  return text;
}

}  // namespace

std::string percent(double share) {
  if (!std::isfinite(share)) return "unknown";
  if (share > 0 && share < 0.01) return "under 1 %";
  if (share > 0.99 && share < 1) return "over 99 %";
  return fmt::format("{} %", std::lround(share * 100.0));
}

std::string minutes_seconds(double seconds) {
  const auto whole = static_cast<long long>(std::isfinite(seconds) && seconds > 0 ? seconds : 0);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string model_label(std::string_view model) {
  if (model == "random_forest") return "random forest";
  if (model == "xgboost") return "XGBoost";
  if (model == "adaboost") return "AdaBoost";
  if (model == "knn") return "nearest neighbours";
  if (model == "decision_tree") return "decision tree";
  return printable(model);
}

std::string feature_with_value(std::string_view feature, double value) {
  if (!std::isfinite(value)) return fmt::format("unknown {}", printable(feature));
  if (feature == "key" && value >= 0 && value <= 11) {
    return fmt::format("keynote {}", kPitchNames[static_cast<std::size_t>(std::lround(value))]);
  }
  if (feature == "mode") return value >= 0.5 ? "major mode" : "minor mode";
  if (feature == "duration_ms") return fmt::format("length of {}", minutes_seconds(value / 1000.0));
  const auto words = std::ranges::find(kFeatureWords, feature, &FeatureWords::feature);
  if (words == kFeatureWords.end()) return fmt::format("{} of {:.3g}", printable(feature), value);
  return fmt::format("{} of {:.{}f}{}", words->name, value, words->decimals, words->unit);
}

std::string probability_in_words(const TrackReport& report) {
  const Verdict& verdict = *report.verdict;
  std::string text = fmt::format(
      "Of 100 tracks that measure like this one, about {:.0f} are hits; of 100 of which nothing is known, "
      "{:.0f}.",
      verdict.probability * 100.0, verdict.base_rate * 100.0);
  if (report.model && !report.model->event.empty()) {
    const std::string event = printable(report.model->event);
    text += fmt::format(" HIT means: {}{}", event, event.ends_with('.') ? "" : ".");
  }
  return text;
}

std::string limits_in_words(const TrackReport& report) {
  if (report.model && report.model->auc_grouped) {
    return fmt::format(
        "Sound says little about success: given a hit and a flop by artists it never learnt from, "
        "this model ranks the hit first {:.0f} times in 100, where a coin manages 50.",
        *report.model->auc_grouped * 100.0);
  }
  return "Sound says little about success: promotion, fame and timing weigh more, and none of them can be "
         "heard.";
}

std::string explanation_in_words(const TrackReport& report) {
  if (!report.verdict || report.verdict->explanation.empty()) return {};
  const Verdict& verdict = *report.verdict;
  std::string text =
      fmt::format("A track of which nothing is known starts at {}.", percent(verdict.base_rate));
  const auto raising = strongest(verdict, true);
  const auto lowering = strongest(verdict, false);
  if (!raising.empty()) text += fmt::format(" {}", direction_in_words(raising, "raises"));
  if (!lowering.empty()) text += fmt::format(" {}", direction_in_words(lowering, "lowers"));
  if (raising.empty() && lowering.empty()) text += " Nothing that was measured moves this by half a point.";
  text += fmt::format(" All together they lead to {}.", percent(verdict.probability));
  const int agreeing = std::max(verdict.votes_for_hit, static_cast<int>(kModelCount) - verdict.votes_for_hit);
  text += agreeing == static_cast<int>(kModelCount)
              ? fmt::format(" All five models say {}.", label_name(verdict.label))
              : fmt::format(" {} of the five models say {}.", agreeing == 4 ? "Four" : "Three",
                            label_name(verdict.label));
  return text;
}

}  // namespace hitscope
