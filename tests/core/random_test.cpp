#include "core/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

namespace hitscope {
namespace {

TEST(Random, MatchesThePublishedSplitMix64Sequence) {
  // First outputs for seed 1234567, as published with the reference implementation (xoshiro.di.unimi.it).
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317ULL);
  EXPECT_EQ(random.next(), 3203168211198807973ULL);
}

TEST(Random, BelowIsUniform) {
  Random random(7);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) ++counts[random.below(6)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 5 * 92);  // five standard deviations
}

TEST(Random, NormalHasUnitMoments) {
  Random random(11);
  double sum = 0;
  double squares = 0;
  constexpr int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0.0, 0.016);
  EXPECT_NEAR(squares / n, 1.0, 0.023);
}

TEST(Random, ShuffleKeepsEveryElement) {
  std::array<int, 100> values{};
  std::iota(values.begin(), values.end(), 0);
  Random random(3);
  random.shuffle(std::span<int>(values));
  EXPECT_EQ(std::accumulate(values.begin(), values.end(), 0), 4950);
  EXPECT_NE(values[0] * 100 + values[1], 1);
}

TEST(Random, ForksAreIndependentOfDrawOrder) {
  const Random root(42);
  Random early = root.fork(5);
  Random other = root.fork(6);
  Random again = root.fork(5);
  EXPECT_EQ(early.next(), again.next());
  EXPECT_NE(early.next(), other.next());
}

}  // namespace
}  // namespace hitscope
