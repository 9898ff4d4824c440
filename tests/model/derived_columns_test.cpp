#include "model/derived_columns.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace hitscope {
namespace {

constexpr std::array<DerivedColumn, 1> kOffWholeOfSecond = {{{Derivation::off_whole, 1}}};

float off_whole(float value) {
  const std::array<float, 2> features = {7.25F, value};
  std::array<float, 3> row{};
  with_derived(features, kOffWholeOfSecond, row);
  EXPECT_EQ(row[0], 7.25F) << "the features come first, as they are";
  return row[2];
}

TEST(DerivedColumns, OffWholeIsTheDistanceToTheNearestWholeNumber) {
  EXPECT_EQ(off_whole(124.0F), 0.0F);
  EXPECT_EQ(off_whole(124.25F), 0.25F);
  EXPECT_EQ(off_whole(123.75F), 0.25F);
  EXPECT_EQ(off_whole(123.5F), 0.5F);
  EXPECT_EQ(off_whole(-0.25F), 0.25F);
}

TEST(DerivedColumns, TheUnknownStaysUnknown) {
  EXPECT_TRUE(std::isnan(off_whole(std::numeric_limits<float>::quiet_NaN())));
}

TEST(DerivedColumns, HugeValuesGiveANumber) {
  EXPECT_EQ(off_whole(1e30F), 0.0F);
}

TEST(DerivedColumns, NamesGoBothWays) {
  EXPECT_EQ(derivation_named(name_of(Derivation::off_whole)), Derivation::off_whole);
  EXPECT_EQ(derivation_named("cube"), std::nullopt);
}

}  // namespace
}  // namespace hitscope
