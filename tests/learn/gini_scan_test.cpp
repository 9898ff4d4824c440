#include "learn/gini_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/random.h"
#include "learn/tree_entry.h"

namespace hitscope {
namespace {

struct Node {
  std::vector<std::uint64_t> entries;  // with padding
  std::size_t rows = 0;
  double weight = 0;
  double hits = 0;
};

Node node_of(std::vector<std::uint64_t> entries) {
  Node node;
  node.rows = entries.size();
  for (const std::uint64_t entry : entries) {
    node.weight += static_cast<double>(entry_count(entry));
    node.hits += static_cast<double>(entry_count(entry) * entry_label(entry));
  }
  node.entries = std::move(entries);
  node.entries.resize(node.rows + kGiniScanPadding, ~std::uint64_t{0});
  return node;
}

// The definition, one cut after the other.
std::size_t plain_scan(const Node& node, std::size_t least, double& best_gain) {
  std::size_t found = 0;
  double left = 0;
  double left_hits = 0;
  for (std::size_t i = 0; i + 1 < node.rows; ++i) {
    left += static_cast<double>(entry_count(node.entries[i]));
    left_hits += static_cast<double>(entry_count(node.entries[i]) * entry_label(node.entries[i]));
    if (entry_rank(node.entries[i]) == entry_rank(node.entries[i + 1])) continue;
    if (i + 1 < least || node.rows - i - 1 < least) continue;
    const double d = left_hits * node.weight - left * node.hits;
    const double gain = d * d / (left * (node.weight - left));
    if (gain > best_gain) {
      best_gain = gain;
      found = i + 1;
    }
  }
  return found;
}

TEST(GiniScan, FindsTheOnlyPureCut) {
  const Node node = node_of({pack_entry(1, 0, 1, 0), pack_entry(2, 1, 2, 0), pack_entry(5, 2, 1, 1)});
  GiniBest best;
  EXPECT_EQ(scan_gini(node.entries.data(), node.rows, 1, node.weight, node.hits, best), 2U);
  EXPECT_EQ(best.left, 3U);
  EXPECT_EQ(best.left_hits, 0U);
  EXPECT_DOUBLE_EQ(best.gain, 3.0);  // d = 0 * 4 - 3 * 1, d^2 = 9, l r = 3
}

TEST(GiniScan, NeverCutsBetweenEqualRanks) {
  const Node node = node_of({pack_entry(4, 0, 1, 0), pack_entry(4, 1, 1, 1), pack_entry(4, 2, 1, 1)});
  GiniBest best;
  EXPECT_EQ(scan_gini(node.entries.data(), node.rows, 1, node.weight, node.hits, best), 0U);
  EXPECT_EQ(best.gain, -1);
}

TEST(GiniScan, TakesACutThatGainsNothingButNotASecond) {
  const Node node = node_of(
      {pack_entry(0, 0, 1, 0), pack_entry(0, 1, 1, 1), pack_entry(1, 2, 1, 0), pack_entry(1, 3, 1, 1)});
  GiniBest best;
  EXPECT_EQ(scan_gini(node.entries.data(), node.rows, 1, node.weight, node.hits, best), 2U);
  EXPECT_EQ(best.gain, 0);
  EXPECT_EQ(scan_gini(node.entries.data(), node.rows, 1, node.weight, node.hits, best), 0U);
}

TEST(GiniScan, EqualsTheDefinition) {
  Random random(1);
  for (int trial = 0; trial < 3000; ++trial) {
    const std::size_t rows = 2 + random.below(60);
    const std::uint64_t distinct = 1 + random.below(rows + 3);
    std::vector<std::uint64_t> entries;
    for (std::size_t r = 0; r < rows; ++r) {
      entries.push_back(pack_entry(random.below(distinct), r, 1 + random.below(4), random.below(2)));
    }
    std::ranges::sort(entries);
    const Node node = node_of(std::move(entries));
    const std::size_t least = 1 + random.below(rows / 2);
    GiniBest best;
    best.gain = trial % 3 == 0 ? random.uniform() * 2 : -1;  // as if another column had been seen
    double plain_gain = best.gain;
    const std::size_t plain = plain_scan(node, least, plain_gain);
    ASSERT_EQ(scan_gini(node.entries.data(), node.rows, least, node.weight, node.hits, best), plain);
    ASSERT_EQ(best.gain, plain_gain);
    if (plain == 0) continue;
    std::uint64_t left = 0;
    std::uint64_t left_hits = 0;
    for (std::size_t i = 0; i < plain; ++i) {
      left += entry_count(node.entries[i]);
      left_hits += entry_count(node.entries[i]) * entry_label(node.entries[i]);
    }
    EXPECT_EQ(best.left, left);
    EXPECT_EQ(best.left_hits, left_hits);
  }
}

TEST(GiniScan, KeepsItsPrecisionOnMillionsOfRows) {
  // One hit more than a half in 2^20 rows, all at the end: sums and products near 2^43.
  std::vector<std::uint64_t> entries;
  const std::size_t rows = std::size_t{1} << 20U;
  for (std::size_t r = 0; r < rows; ++r) entries.push_back(pack_entry(r, r, 16, r < rows / 2 - 1 ? 0 : 1));
  const Node node = node_of(std::move(entries));
  GiniBest best;
  EXPECT_EQ(scan_gini(node.entries.data(), node.rows, 1, node.weight, node.hits, best), rows / 2 - 1);
  EXPECT_EQ(best.left, 16 * (rows / 2 - 1));
  EXPECT_EQ(best.left_hits, 0U);
}

}  // namespace
}  // namespace hitscope
