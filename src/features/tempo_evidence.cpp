#include "features/tempo_evidence.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "features/onset_rate.h"
#include "features/track_features.h"

namespace hitscope {

namespace {

constexpr double kFramesPerMinute = 60.0 * kAnalysisRateHz / kHopLength;
constexpr double kTolerance = 0.03;       // a period and its multiple may differ by so much
constexpr double kSameTempo = 0.03;       // octaves; closer candidates are one
constexpr float kWeakestPeak = 0.03F;     // a normalised autocorrelation below this is noise
constexpr std::size_t kPeaks = 6;         // candidates in their own right
constexpr std::size_t kMultiplied = 4;    // of which these also stand for their multiples
constexpr double kLongestMeasured = 0.9;  // of the window
constexpr double kLongestLagShare = 0.7;  // of the window; beyond, too few products

constexpr std::array<double, 7> kMultiples = {1, 2, 1.0 / 2, 3, 1.0 / 3, 3.0 / 2, 2.0 / 3};
constexpr std::array<double, kPeriodRatios> kPeriods = {
    1.0 / 8, 1.0 / 6, 1.0 / 4, 1.0 / 3, 3.0 / 8, 1.0 / 2, 2.0 / 3, 3.0 / 4, 1,  5.0 / 4, 4.0 / 3,
    3.0 / 2, 5.0 / 3, 2,       8.0 / 3, 3,       4,       6,       8,       12, 16};
constexpr std::array<double, kFrequencyRatios> kFrequencies = {
    1.0 / 8, 1.0 / 4, 1.0 / 3, 1.0 / 2, 2.0 / 3, 3.0 / 4, 1, 4.0 / 3, 3.0 / 2, 2, 8.0 / 3, 3, 4, 5, 6, 8};
constexpr std::size_t kFoldWindow = 258;  // frames, six seconds: the beat may drift more slowly than that

double lag_of(double bpm) {
  return kFramesPerMinute / bpm;
}

// Where between the points the parabola through three of them peaks, -0.5 .. 0.5.
double parabolic_offset(double left, double peak, double right) {
  const double curvature = left - 2 * peak + right;
  return curvature == 0 ? 0.0 : 0.5 * (left - right) / curvature;
}

struct Peak {
  float height;
  double bpm;
};

std::vector<Peak> peaks_of(std::span<const float> autocorrelation) {
  std::vector<Peak> peaks;
  const auto first = static_cast<std::size_t>(lag_of(kFastestBpm + 10));
  const auto last = static_cast<std::size_t>(lag_of(kSlowestBpm - 2));
  for (std::size_t lag = first; lag < last; ++lag) {
    const float left = autocorrelation[lag - 1];
    const float height = autocorrelation[lag];
    const float right = autocorrelation[lag + 1];
    if (height <= kWeakestPeak || height <= left || height < right) continue;
    const double place = static_cast<double>(lag) + parabolic_offset(left, height, right);
    peaks.push_back({height, kFramesPerMinute / place});
  }
  std::ranges::stable_sort(peaks, std::ranges::greater{}, &Peak::height);
  if (peaks.size() > kPeaks) peaks.resize(kPeaks);
  return peaks;
}

// A longer lag measures the same period more finely: looks for the peaks at one, two and four periods.
double refine(std::span<const float> autocorrelation, double bpm) {
  for (const double periods : {1.0, 2.0, 4.0}) {
    const double lag = lag_of(bpm) * periods;
    if (lag > kPeriodicityWindow * kLongestLagShare) break;
    const double reach = std::max(1.5, 0.02 * lag);
    const auto first = static_cast<std::size_t>(std::floor(lag - reach));
    const auto last = static_cast<std::size_t>(std::ceil(lag + reach));
    const auto around = autocorrelation.subspan(first, last - first + 1);
    const std::size_t best =
        first + static_cast<std::size_t>(std::ranges::max_element(around) - around.begin());
    if (best == 0 || best + 1 >= autocorrelation.size()) continue;
    const float left = autocorrelation[best - 1];
    const float height = autocorrelation[best];
    const float right = autocorrelation[best + 1];
    if (height <= left || height < right) continue;
    bpm = kFramesPerMinute * periods / (static_cast<double>(best) + parabolic_offset(left, height, right));
  }
  return bpm;
}

double at(std::span<const float> values, double place) {
  place = std::clamp(place, 0.0, static_cast<double>(values.size() - 1));
  const auto left = static_cast<std::size_t>(place);
  const double share = place - static_cast<double>(left);
  const std::size_t right = std::min(left + 1, values.size() - 1);
  return (1 - share) * static_cast<double>(values[left]) + share * static_cast<double>(values[right]);
}

// The largest value within the tolerance of a place (at least one position) on either side.
double near(std::span<const float> values, double place) {
  const double last = static_cast<double>(values.size() - 1);
  const double reach = std::max(1.0, kTolerance * place);
  const double from = std::clamp(place - reach, 0.0, last);
  const double to = std::clamp(place + reach, 0.0, last);
  double largest = std::max(at(values, from), at(values, to));
  for (auto i = static_cast<std::size_t>(std::ceil(from)); static_cast<double>(i) <= to; ++i) {
    largest = std::max(largest, static_cast<double>(values[i]));
  }
  return largest;
}

std::vector<double> candidates_of(std::span<const Periodicity> groups) {
  std::vector<double> candidates;
  const auto consider = [&](std::span<const float> autocorrelation, double bpm) {
    if (bpm < kSlowestBpm || bpm > kFastestBpm) return;
    bpm = refine(autocorrelation, bpm);
    if (bpm < kSlowestBpm || bpm > kFastestBpm) return;
    const auto same = [bpm](double other) { return std::abs(std::log2(bpm / other)) <= kSameTempo; };
    if (std::ranges::none_of(candidates, same)) candidates.push_back(bpm);
  };
  std::vector<float> mean(kPeriodicityWindow);
  for (const Periodicity& group : groups) {
    for (std::size_t lag = 0; lag < mean.size(); ++lag) {
      mean[lag] += group.autocorrelation[lag] / static_cast<float>(groups.size());
    }
  }
  for (const std::span<const float> autocorrelation :
       {std::span<const float>(groups[0].autocorrelation), std::span<const float>(mean)}) {
    const std::vector<Peak> peaks = peaks_of(autocorrelation);
    for (std::size_t i = 0; i < std::min(kMultiplied, peaks.size()); ++i) {
      for (const double multiple : kMultiples) consider(autocorrelation, peaks[i].bpm * multiple);
    }
    for (const Peak& peak : peaks) consider(autocorrelation, peak.bpm);
  }
  return candidates;
}

using BeatProfile = std::array<std::array<double, kBeatParts>, kNoveltyGroups>;

// Folds each stretch of the novelty at the beat, turns it so that the strongest part of all bands comes
// first, and averages: how many times its mean each group's novelty is in each twelfth of the beat.
BeatProfile beat_profile(const Novelty& novelty, double lag) {
  BeatProfile result{};
  const std::size_t size = novelty.group(0).size();
  double windows = 0;
  for (std::size_t start = 0; start + kFoldWindow <= size; start += kFoldWindow) {
    BeatProfile folded{};
    for (std::size_t g = 0; g < kNoveltyGroups; ++g) {
      const std::span<const float> series = novelty.group(g).subspan(start, kFoldWindow);
      double phase = 0;
      for (const float value : series) {
        const auto part = static_cast<std::size_t>(phase);
        const double share = phase - static_cast<double>(part);
        folded[g][part] += (1 - share) * static_cast<double>(value);
        folded[g][(part + 1) % kBeatParts] += share * static_cast<double>(value);
        phase += kBeatParts / lag;
        if (phase >= kBeatParts) phase -= kBeatParts;
      }
    }
    const auto first = static_cast<std::size_t>(std::ranges::max_element(folded[0]) - folded[0].begin());
    for (std::size_t g = 0; g < kNoveltyGroups; ++g) {
      double sum = 1e-9;
      for (const double part : folded[g]) sum += part;
      for (std::size_t part = 0; part < kBeatParts; ++part) {
        result[g][part] += kBeatParts * folded[g][(first + part) % kBeatParts] / sum;
      }
    }
    ++windows;
  }
  if (windows > 0) {
    for (auto& group : result) {
      for (double& part : group) part /= windows;
    }
  }
  return result;
}

}  // namespace

std::vector<RatedTempo> tempo_evidence(const Novelty& novelty) {
  std::array<Periodicity, kNoveltyGroups> groups;
  std::array<double, kNoveltyGroups> strongest{};
  for (std::size_t g = 0; g < kNoveltyGroups; ++g) {
    groups[g] = measure_periodicity(novelty.group(g));
    strongest[g] = static_cast<double>(*std::ranges::max_element(groups[g].spectrum)) + 1e-9;
  }

  const double onsets_per_minute = 60 * onset_rate_hz(novelty.group(0));
  std::vector<RatedTempo> rated;
  for (const double bpm : candidates_of(groups)) {
    RatedTempo& tempo = rated.emplace_back();
    tempo.bpm = bpm;
    auto* next = tempo.evidence.data();
    const double lag = lag_of(bpm);
    const double bin = 8.0 * kPeriodicityWindow / lag;
    for (const Periodicity& group : groups) {
      for (const double ratio : kPeriods) {
        const double place = lag * ratio;
        *next++ = place <= kPeriodicityWindow * kLongestMeasured ? near(group.autocorrelation, place) : 0.0;
      }
    }
    for (std::size_t g = 0; g < kNoveltyGroups; ++g) {
      for (const double ratio : kFrequencies) {
        const double place = bin * ratio;
        *next++ = place < kPeriodicityBins ? near(groups[g].spectrum, place) / strongest[g] : 0.0;
      }
    }
    for (const auto& group : beat_profile(novelty, lag)) next = std::ranges::copy(group, next).out;
    const double octaves = std::log2(bpm / 120.0);
    const double density = std::log2((onsets_per_minute + 1) / bpm);
    std::ranges::copy(std::array{octaves, octaves * octaves, density, density * density}, next);
  }
  return rated;
}

}  // namespace hitscope
