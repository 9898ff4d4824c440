// The project's one source of pseudo-random numbers: SplitMix64 (Steele, Lea, Flood 2014), the same sequence
// on every platform and compiler, unlike the standard library's distributions. Seeds are always parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace hitscope {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

  // Uniform in [0, 1) with 53 bits.
  double uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

  // Uniform in [0, bound); bound > 0. Unbiased (Lemire 2019).
  std::uint64_t below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(next()) * bound;
    auto low = static_cast<std::uint64_t>(product);
    if (low < bound) {
      const std::uint64_t floor = (0 - bound) % bound;
      while (low < floor) {
        product = static_cast<Wide>(next()) * bound;
        low = static_cast<std::uint64_t>(product);
      }
    }
    return static_cast<std::uint64_t>(product >> 64U);
  }

  // Standard normal (Box-Muller).
  double normal();

  // Fisher-Yates.
  template <typename T>
  void shuffle(std::span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  // An independent stream for task `index` (a tree, a fold): results do not depend on who draws first.
  [[nodiscard]] Random fork(std::uint64_t index) const {
    Random child(state_ ^ (index * 0xD1342543DE82EF95ULL + 0x2545F4914F6CDD1DULL));
    child.next();
    return child;
  }

 private:
  std::uint64_t state_;
};

}  // namespace hitscope
