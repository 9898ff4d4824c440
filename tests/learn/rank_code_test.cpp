#include "learn/rank_code.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/random.h"

namespace hitscope {
namespace {

RankColumn code_of(const std::vector<float>& values) {
  return RankCode::of(MatrixView<float>(values, 1))->column(0);
}

TEST(RankCode, RanksDistinctValuesAndOrdersRows) {
  const RankColumn column = code_of({3, -1, 3, 0.5F, -1, -2});
  EXPECT_EQ(column.values, (std::vector<float>{-2, -1, 0.5F, 3}));
  EXPECT_EQ(column.narrow, (std::vector<std::uint16_t>{3, 1, 3, 2, 1, 0}));
  EXPECT_EQ(column.order, (std::vector<std::uint32_t>{5, 1, 4, 3, 0, 2}));
}

TEST(RankCode, BothZerosAreOneValue) {
  EXPECT_EQ(code_of({0.0F, -0.0F, 1, -0.0F}).narrow, (std::vector<std::uint16_t>{0, 0, 1, 0}));
}

TEST(RankCode, OrdersTheWholeRangeOfFloats) {
  Random random(1);
  std::vector<float> values = {
      std::numeric_limits<float>::max(),        std::numeric_limits<float>::lowest(),
      std::numeric_limits<float>::denorm_min(), -std::numeric_limits<float>::denorm_min(),
      std::numeric_limits<float>::min(),        0};
  for (int i = 0; i < 1000; ++i)
    values.push_back(static_cast<float>(random.normal() * std::exp(40 * random.normal() / 4)));
  const RankColumn column = code_of(values);
  EXPECT_TRUE(std::ranges::is_sorted(column.values, std::ranges::less_equal()));
  EXPECT_EQ(std::ranges::adjacent_find(column.values), column.values.end());
  for (std::size_t r = 0; r < values.size(); ++r) EXPECT_EQ(column.values[column.rank(r)], values[r]);
}

TEST(RankCode, TurnsWideAboveSixteenBits) {
  std::vector<float> values(65536);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(65535 - i);
  const RankColumn narrow = code_of(values);
  EXPECT_TRUE(narrow.wide.empty());
  EXPECT_EQ(narrow.rank(0), 65535U);
  values.push_back(65536);
  const RankColumn wide = code_of(values);
  EXPECT_TRUE(wide.narrow.empty());
  EXPECT_EQ(wide.rank(0), 65535U);
  EXPECT_EQ(wide.rank(65536), 65536U);
}

TEST(RankCode, ThresholdsLieBetweenTheirValues) {
  const RankColumn column = code_of({1, 2, 4});
  EXPECT_EQ(column.threshold_between(0, 1), 1.5F);
  EXPECT_EQ(column.threshold_between(1, 2), 3.0F);
  EXPECT_EQ(column.threshold_between(0, 2), 2.5F);

  // Between neighbouring floats the midpoint rounds down to the lower one, also where halves overflow.
  const float one_up = std::nextafter(1.0F, 2.0F);
  EXPECT_EQ(code_of({1, one_up}).threshold_between(0, 1), 1.0F);
  EXPECT_EQ(code_of({-1, -one_up}).threshold_between(0, 1), -one_up);
  const float most = std::numeric_limits<float>::max();
  EXPECT_EQ(code_of({most, std::nextafter(most, 0.0F)}).threshold_between(0, 1), std::nextafter(most, 0.0F));
  EXPECT_EQ(code_of({-most, most}).threshold_between(0, 1), 0.0F);
}

TEST(RankCode, IsTheSameOnAnyNumberOfThreads) {
  Random random(2);
  Matrix<float> x(500, 7);
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (float& value : x.row(r)) value = static_cast<float>(random.below(100));
  }
  const RankCode one = *RankCode::of(x, 1);
  const RankCode four = *RankCode::of(x, 4);
  for (std::size_t c = 0; c < 7; ++c) EXPECT_EQ(one.column(c).order, four.column(c).order);
}

TEST(RankCode, RefusesWhatHasNoOrder) {
  const std::vector<float> nan = {1, std::nanf("")};
  EXPECT_EQ(RankCode::of(MatrixView<float>(nan, 1)).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(RankCode::of({}).error().kind, ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
