#include "features/tempo_refinement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <vector>

#include "features/track_features.h"

namespace hitscope {

namespace {

using Phasor = std::complex<double>;

constexpr double kFramesPerSecond = static_cast<double>(kAnalysisRateHz) / kHopLength;
constexpr std::array<double, 4> kHarmonics = {1, 2, 4, 8};  // the beat and its halves, quarters and eighths
constexpr double kHighestHz = 15;
constexpr double kReach = 0.01;  // of the tempo
constexpr double kFirstWindowS = 12;
constexpr double kFirstWindowShare = 0.25;  // of the track, at most
constexpr double kStep = 0.125;             // cycles that the highest harmonic turns over a window
constexpr int kStepsAround = 6;             // on either side of what the shorter windows found
constexpr double kLeastKept = 0.8;
// Frames that are summed up before the search: within its reach no harmonic turns by more than 1/36 of a
// cycle.
constexpr std::size_t kBlock = 8;

// The onsets turned back at one frequency, a sum for each block of frames.
struct Line {
  double frequency_hz;
  std::vector<Phasor> blocks;
};

Phasor turn(double cycles) {
  return std::polar(1.0, -2 * std::numbers::pi * cycles);
}

// std::complex's own product also minds infinities, at several times the cost.
Phasor product(const Phasor& a, const Phasor& b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

Line line_at(double frequency_hz, std::span<const float> onsets, double mean) {
  Line line{frequency_hz, {}};
  line.blocks.reserve(onsets.size() / kBlock + 1);
  const double cycles_a_frame = frequency_hz / kFramesPerSecond;
  const Phasor step = turn(cycles_a_frame);
  for (std::size_t start = 0; start < onsets.size(); start += kBlock) {
    Phasor phase = turn(cycles_a_frame * static_cast<double>(start));
    Phasor sum = 0;
    for (const float value : onsets.subspan(start, std::min(kBlock, onsets.size() - start))) {
      sum += (static_cast<double>(value) - mean) * phase;
      phase = product(phase, step);
    }
    line.blocks.push_back(sum);
  }
  return line;
}

// What the windows' magnitudes add up to if the tempo is faster by a share of itself.
double strength(std::span<const Line> lines, double faster, std::size_t window_blocks) {
  double total = 0;
  for (const Line& line : lines) {
    const Phasor step = turn(line.frequency_hz * faster * kBlock / kFramesPerSecond);
    const std::span<const Phasor> blocks = line.blocks;
    for (std::size_t start = 0; start < blocks.size(); start += window_blocks) {
      Phasor phase = 1;  // of the window: its magnitude is the same at any
      Phasor sum = 0;
      for (const Phasor& block : blocks.subspan(start, std::min(window_blocks, blocks.size() - start))) {
        sum += product(block, phase);
        phase = product(phase, step);
      }
      total += std::sqrt(std::norm(sum));
    }
  }
  return total;
}

// The strongest of 2 * steps + 1 places around one, and where between them the parabola through it peaks.
double strongest(std::span<const Line> lines, double around, double step, int steps,
                 std::size_t window_blocks) {
  std::vector<double> strengths;
  for (int i = -steps; i <= steps; ++i)
    strengths.push_back(strength(lines, around + i * step, window_blocks));
  const auto best = std::ranges::max_element(strengths);
  double place = static_cast<double>(best - strengths.begin()) - steps;
  if (best != strengths.begin() && best + 1 != strengths.end()) {
    const double curvature = best[-1] - 2 * best[0] + best[1];
    if (curvature < 0) place += 0.5 * (best[-1] - best[1]) / curvature;
  }
  return around + place * step;
}

}  // namespace

std::optional<double> refine_tempo(std::span<const float> onsets, double bpm) {
  if (onsets.empty() || !(bpm > 0)) return std::nullopt;
  const double mean = std::accumulate(onsets.begin(), onsets.end(), 0.0) / static_cast<double>(onsets.size());
  std::vector<Line> lines;
  for (const double harmonic : kHarmonics) {
    const double frequency_hz = harmonic * bpm / 60;
    if (frequency_hz < kHighestHz) lines.push_back(line_at(frequency_hz, onsets, mean));
  }
  if (lines.empty()) return std::nullopt;

  const std::size_t all = lines.front().blocks.size();
  const double first_blocks =
      std::min(kFirstWindowS * kFramesPerSecond / kBlock, kFirstWindowShare * static_cast<double>(all));
  std::size_t window = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(first_blocks)));
  double faster = 0;
  double apart = 0;  // what the first windows add up to, each at its own phase
  while (true) {
    const double window_s = static_cast<double>(window * kBlock) / kFramesPerSecond;
    const double step = kStep / (lines.back().frequency_hz * window_s);
    const int steps = apart == 0 ? static_cast<int>(std::ceil(kReach / step)) : kStepsAround;
    faster = strongest(lines, faster, step, steps, window);
    const double together = strength(lines, faster, window);
    if (apart == 0) apart = together;
    if (!(together > kLeastKept * apart)) return std::nullopt;
    if (!(std::abs(faster) < kReach)) return std::nullopt;  // a slope, not a peak
    if (window == all) return bpm * (1 + faster);
    window = 8 * window > 3 * all ? all : 2 * window;  // two windows and a short rest are one
  }
}

}  // namespace hitscope
