// What the k-d tree of neighbours.h is made of, for those that build and search it: where its boxes stand,
// how a row's distance is settled, and how the found rows vote.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "model/neighbours.h"

namespace hitscope::neighbour_tree {

constexpr std::size_t kBlock = Neighbours::kBlock;
constexpr std::size_t kFanout = Neighbours::kFanout;

constexpr std::size_t divide_up(std::size_t a, std::size_t b) {
  return (a + b - 1) / b;
}

// Where each level of boxes starts and how many it has; level 0 is the blocks'.
struct Levels {
  static constexpr std::size_t kMost = 8;  // 16^8 blocks are more than memory holds
  std::array<std::size_t, kMost> count{};
  std::array<std::size_t, kMost> first_float{};
  std::size_t levels = 0;
  std::size_t floats = 0;

  Levels(std::size_t rows, std::size_t n_features) {
    std::size_t entries = divide_up(rows, kBlock);
    while (true) {
      count[levels] = entries;
      first_float[levels] = floats;
      ++levels;
      floats += divide_up(entries, kFanout) * kFanout * 2 * n_features;
      if (entries <= kFanout) break;
      entries = divide_up(entries, kFanout);
    }
  }
};

// A float32 sum of n squares is within (n + 3) * 2^-24 of the true one; 1e-5 covers kMaxFeatures. What
// exceeds the slackened limit in float32 is truly beyond it.
inline float slackened(double limit) {
  return static_cast<float>(limit * (1 + 1e-5)) + std::numeric_limits<float>::min();
}

struct Found {
  double distance_squared;
  std::uint32_t index;
  std::uint8_t label;

  bool operator<(const Found& other) const {
    return distance_squared < other.distance_squared ||
           (distance_squared == other.distance_squared && index < other.index);
  }
};

inline Found settle(const Neighbours& tree, std::size_t position, std::span<const float> row) {
  const float* values = tree.rows.data() + position * tree.n_features;
  double sum = 0;
  for (std::size_t f = 0; f < row.size(); ++f) {
    const double difference = static_cast<double>(values[f]) - static_cast<double>(row[f]);
    sum += difference * difference;
  }
  return {sum, tree.index[position], tree.labels[position]};
}

// P(hit) by the k found rows, in any order.
inline double vote(const Neighbours& tree, std::span<const Found> found) {
  const bool coincides = tree.distance_weights && std::any_of(found.begin(), found.end(), [](const Found& f) {
                           return f.distance_squared == 0;
                         });
  double hits = 0;
  double total = 0;
  for (const Found& f : found) {
    if (coincides && f.distance_squared > 0) continue;
    const double weight = tree.distance_weights && !coincides ? 1.0 / std::sqrt(f.distance_squared) : 1.0;
    hits += f.label != 0 ? weight : 0.0;
    total += weight;
  }
  return hits / total;
}

}  // namespace hitscope::neighbour_tree
