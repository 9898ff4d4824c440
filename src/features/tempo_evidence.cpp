#include "features/tempo_evidence.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "features/track_features.h"

namespace hitscope {

namespace {

constexpr double kFramesPerMinute = 60.0 * kAnalysisRateHz / kHopLength;
constexpr double kSlowestBpm = 40;
constexpr double kFastestBpm = 250;
constexpr double kTolerance = 0.03;       // a period and its multiple may differ by so much
constexpr double kSameTempo = 0.03;       // octaves; closer candidates are one
constexpr float kWeakestPeak = 0.03F;     // a normalised autocorrelation below this is noise
constexpr std::size_t kPeaks = 6;         // candidates in their own right
constexpr std::size_t kMultiplied = 4;    // of which these also stand for their multiples
constexpr double kLongestLagShare = 0.7;  // of the window; beyond, too few products

constexpr std::array<double, 7> kMultiples = {1, 2, 1.0 / 2, 3, 1.0 / 3, 3.0 / 2, 2.0 / 3};
constexpr std::array<double, kPeriodRatios> kPeriods = {
    1.0 / 4, 1.0 / 3, 1.0 / 2, 2.0 / 3, 3.0 / 4, 1, 4.0 / 3, 3.0 / 2, 2, 3, 4, 6, 8};
constexpr std::array<double, kFrequencyRatios> kFrequencies = {1.0 / 4, 1.0 / 3, 1.0 / 2, 2.0 / 3, 1, 4.0 / 3,
                                                               3.0 / 2, 2,       3,       4,       6, 8};

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

// The largest value within the tolerance of a place (at least `least` positions) on either side.
double near(std::span<const float> values, double place) {
  const double last = static_cast<double>(values.size() - 1);
  const double reach = std::max(1.0, kTolerance * place);
  const auto from = static_cast<std::size_t>(std::clamp(std::floor(place - reach), 0.0, last));
  const auto to = static_cast<std::size_t>(std::clamp(std::ceil(place + reach), 0.0, last));
  return static_cast<double>(*std::ranges::max_element(values.subspan(from, to - from + 1)));
}

std::vector<double> candidates_of(std::span<const float> autocorrelation) {
  const std::vector<Peak> peaks = peaks_of(autocorrelation);
  std::vector<double> candidates;
  const auto consider = [&](double bpm) {
    if (bpm < kSlowestBpm || bpm > kFastestBpm) return;
    bpm = refine(autocorrelation, bpm);
    if (bpm < kSlowestBpm || bpm > kFastestBpm) return;
    const auto same = [bpm](double other) { return std::abs(std::log2(bpm / other)) <= kSameTempo; };
    if (std::ranges::none_of(candidates, same)) candidates.push_back(bpm);
  };
  for (std::size_t i = 0; i < std::min(kMultiplied, peaks.size()); ++i) {
    for (const double multiple : kMultiples) consider(peaks[i].bpm * multiple);
  }
  for (const Peak& peak : peaks) consider(peak.bpm);
  return candidates;
}

}  // namespace

std::vector<RatedTempo> tempo_evidence(const Novelty& novelty) {
  std::array<Periodicity, kNoveltyGroups> groups;
  std::array<double, kNoveltyGroups> strongest{};
  for (std::size_t g = 0; g < kNoveltyGroups; ++g) {
    groups[g] = measure_periodicity(novelty.group(g));
    strongest[g] = static_cast<double>(*std::ranges::max_element(groups[g].spectrum)) + 1e-9;
  }

  std::vector<RatedTempo> rated;
  for (const double bpm : candidates_of(groups[0].autocorrelation)) {
    RatedTempo& tempo = rated.emplace_back();
    tempo.bpm = bpm;
    auto* next = tempo.evidence.data();
    const double lag = lag_of(bpm);
    const double bin = 8.0 * kPeriodicityWindow / lag;
    for (const Periodicity& group : groups) {
      for (const double ratio : kPeriods) *next++ = near(group.autocorrelation, lag * ratio);
    }
    for (std::size_t g = 0; g < kNoveltyGroups; ++g) {
      for (const double ratio : kFrequencies) {
        const double place = bin * ratio;
        *next++ = place < kPeriodicityBins ? near(groups[g].spectrum, place) / strongest[g] : 0.0;
      }
    }
    const double octaves = std::log2(bpm / 120.0);
    *next++ = octaves;
    *next++ = octaves * octaves;
  }
  return rated;
}

}  // namespace hitscope
