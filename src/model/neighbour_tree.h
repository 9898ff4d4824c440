// What the two searches of the k-d tree of neighbours.h share: where its boxes stand, how a row's distance is
// settled, and how the found rows vote. Internal to neighbours.cpp and neighbour_coalitions.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "model/lanes.h"
#include "model/neighbours.h"

namespace hitscope::neighbour_tree {

constexpr std::size_t kBlock = Neighbours::kBlock;
constexpr std::size_t kFanout = Neighbours::kFanout;
static_assert(kBlock == Lanes::kCount && kFanout == Lanes::kCount);

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

// Visits the blocks whose box may hold a row within `screen()`, nearest first; the screen may shrink
// meanwhile. distances(bounds) gives the lower bounds of the kFanout boxes at `bounds`; scan(block) looks at
// the rows.
template <typename Distances, typename Screen, typename Scan>
class Descent {
 public:
  Descent(const Neighbours& tree, Distances distances, Screen screen, Scan scan)
      : tree_(tree),
        levels_(tree.labels.size(), tree.n_features),
        distances_(distances),
        screen_(screen),
        scan_(scan) {}

  void run() { visit(levels_.levels - 1, 0); }

 private:
  // The boxes of one group; box i of level 0 is block i, of a level above it is group i of the level below.
  void visit(std::size_t level, std::size_t group) {
    struct Child {
      float distance;
      std::size_t entry;
    };
    const Lanes distances =
        distances_(tree_.boxes.data() + levels_.first_float[level] + group * kFanout * 2 * tree_.n_features);
    const std::array<float, kFanout> distance = distances.values();
    std::array<Child, kFanout> near{};
    std::size_t count = 0;
    for (std::uint32_t open = distances.at_most(screen_()); open != 0; open &= open - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(open));
      const Child child{distance[lane], group * kFanout + lane};
      if (child.entry >= levels_.count[level]) break;  // the last group's pads
      std::size_t slot = count++;
      for (; slot > 0 && child.distance < near[slot - 1].distance; --slot) near[slot] = near[slot - 1];
      near[slot] = child;
    }
    for (const Child& child : std::span(near).first(count)) {
      if (child.distance > screen_()) return;  // it has shrunk since, and the rest is no nearer
      if (level == 0) {
        scan_(child.entry);
      } else {
        visit(level - 1, child.entry);
      }
    }
  }

  const Neighbours& tree_;
  Levels levels_;
  Distances distances_;
  Screen screen_;
  Scan scan_;
};

// Lower bound, feature by feature: how far x lies outside [low, high], squared.
inline Lanes outside(const float* bounds, const Lanes& x) {
  const Lanes below = Lanes::load(bounds) - x;
  const Lanes above = x - Lanes::load(bounds + kFanout);
  return below.max(above).max(Lanes()).squared();
}

}  // namespace hitscope::neighbour_tree
