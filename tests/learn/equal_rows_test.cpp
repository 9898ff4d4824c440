#include "learn/equal_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "learn/synthetic.h"
#include "learn/tree_grower.h"

namespace hitscope {
namespace {

using testing::noisy_table;
using testing::table;

TEST(EqualRows, PointsAtTheFirst) {
  const Dataset data = table(2, {1, 5, 2, 5, 1, 5, 1, 6, 1, 5, 2, 5}, {0, 1, 0, 0, 1, 1});
  // Rows 0 and 2 are equal, 4 differs in its label, 3 in a column; 5 equals 1.
  EXPECT_EQ(first_equal_rows(*RankCode::of(data.x), data.y), (std::vector<std::uint32_t>{0, 1, 0, 3, 4, 1}));
}

TEST(EqualRows, AgreesWithComparingEveryPair) {
  Dataset data = noisy_table(300, 1);
  for (std::size_t r = 0; r < data.rows(); ++r) {
    for (float& value : data.x.row(r)) value = std::floor(value);
  }
  const auto first = first_equal_rows(*RankCode::of(data.x), data.y);
  std::size_t repeated = 0;
  for (std::uint32_t r = 0; r < data.rows(); ++r) {
    std::uint32_t expected = r;
    for (std::uint32_t s = 0; s < r && expected == r; ++s) {
      if (data.y[s] == data.y[r] && std::ranges::equal(data.x.row(s), data.x.row(r))) expected = s;
    }
    ASSERT_EQ(first[r], expected);
    repeated += expected != r ? 1 : 0;
  }
  EXPECT_GT(repeated, 20U);
}

TEST(EqualRows, CountedTogetherTheyGrowTheSameTree) {
  const Dataset once = noisy_table(400, 2);
  std::vector<std::size_t> twice;
  for (std::size_t r = 0; r < once.rows(); ++r) twice.insert(twice.end(), 1 + r % 3, r);
  const Dataset data = once.subset(twice);
  const RankCode code = *RankCode::of(data.x);
  const auto first = first_equal_rows(code, data.y);
  std::vector<std::uint16_t> apart(data.rows(), 1);
  std::vector<std::uint16_t> together(data.rows(), 0);
  for (const std::uint32_t row : first) ++together[row];
  TreeParams params;
  params.max_features = 2;
  TreeGrower grower(code, data.y);
  const GrownTree a = grower.grow(params, apart, Random(3));
  const GrownTree b = grower.grow(params, together, Random(3));
  EXPECT_EQ(a.feature, b.feature);
  EXPECT_EQ(a.threshold, b.threshold);
  EXPECT_EQ(a.left, b.left);
}

}  // namespace
}  // namespace hitscope
