#include "model/scaler.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace hitscope {
namespace {

TEST(Scaler, SubtractsTheMeanAndDividesByTheScale) {
  const Scaler scaler{{120.0, -8.0}, {30.0, 4.0}};
  const std::array<float, 2> row = {150.0F, -10.0F};
  std::array<float, 2> scaled{};
  scaler.apply(row, scaled);
  EXPECT_EQ(scaled[0], 1.0F);
  EXPECT_EQ(scaled[1], -0.5F);
}

TEST(Scaler, KeepsUnknownUnknownAndTheAbsurdFinite) {
  const Scaler scaler{{0.0, 0.0}, {1e-30, 1.0}};
  std::array<float, 2> row = {1e30F, std::numeric_limits<float>::quiet_NaN()};
  scaler.apply(row, row);
  EXPECT_EQ(row[0], static_cast<float>(Scaler::kMaxDeviations));
  EXPECT_TRUE(std::isnan(row[1]));
}

TEST(Scaler, RefusesWhatCannotScale) {
  EXPECT_TRUE((Scaler{{0, 0}, {1, 1}}.validate(2)));
  EXPECT_FALSE((Scaler{{0}, {1, 1}}.validate(2)));
  EXPECT_FALSE((Scaler{{0, 0}, {1, 0}}.validate(2)));
  EXPECT_FALSE((Scaler{{0, 0}, {1, -1}}.validate(2)));
  EXPECT_FALSE((Scaler{{0, std::nan("")}, {1, 1}}.validate(2)));
}

}  // namespace
}  // namespace hitscope
