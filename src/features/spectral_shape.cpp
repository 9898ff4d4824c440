#include "features/spectral_shape.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "features/spectrum.h"

namespace hitscope {

namespace {

constexpr double kRolloffShare = 0.85;
constexpr std::size_t kLanes = 8;  // independent partial sums, so that the loop vectorises
constexpr std::size_t kBlock = 64;

double sum(const std::array<double, kLanes>& lanes) {
  double total = 0;
  for (const double lane : lanes) total += lane;
  return total;
}

}  // namespace

SpectralShape spectral_shape(std::span<const float> magnitude) {
  // Zeroth to second moment over the bin number; partial sums per block of bins serve the roll-off search.
  std::array<double, kSpectrumBins / kBlock + 1> blocks{};
  double weight = 0;
  double first = 0;
  double second = 0;
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    const std::size_t begin = block * kBlock;
    const std::size_t end = std::min(begin + kBlock, kSpectrumBins);
    std::array<double, kLanes> m0{};
    std::array<double, kLanes> m1{};
    std::array<double, kLanes> m2{};
    for (std::size_t k = begin; k < end; k += kLanes) {
      const std::size_t lanes = std::min(kLanes, end - k);
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const double bin = static_cast<double>(k + lane);
        const double value = static_cast<double>(magnitude[k + lane]);
        m0[lane] += value;
        m1[lane] += value * bin;
        m2[lane] += value * bin * bin;
      }
    }
    blocks[block] = sum(m0);
    weight += blocks[block];
    first += sum(m1);
    second += sum(m2);
  }
  if (weight <= 0) return {};

  const double centroid = first / weight;
  const double variance = std::max(0.0, second / weight - centroid * centroid);

  const double target = kRolloffShare * weight;
  std::size_t block = 0;
  double cumulated = 0;
  while (block + 1 < blocks.size() && cumulated + blocks[block] < target) cumulated += blocks[block++];
  std::size_t bin = block * kBlock;
  while (bin + 1 < kSpectrumBins && cumulated + static_cast<double>(magnitude[bin]) < target) {
    cumulated += static_cast<double>(magnitude[bin++]);
  }
  return {centroid * kBinHz, std::sqrt(variance) * kBinHz, static_cast<double>(bin) * kBinHz};
}

}  // namespace hitscope
