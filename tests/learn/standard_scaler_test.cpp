#include "learn/standard_scaler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace hitscope {
namespace {

TEST(StandardScaler, UsesThePopulationDeviation) {
  const std::vector<float> values = {1, 10, 3, 10, 5, 10};  // columns 1 3 5 and 10 10 10
  const Scaler scaler = *fit_scaler(MatrixView<float>(values, 2));
  EXPECT_DOUBLE_EQ(scaler.mean[0], 3);
  EXPECT_DOUBLE_EQ(scaler.scale[0], std::sqrt(8.0 / 3));
  EXPECT_DOUBLE_EQ(scaler.mean[1], 10);
  EXPECT_EQ(scaler.scale[1], 1);  // constant
}

TEST(StandardScaler, AConstantThatIsNoBinaryFractionIsStillConstant) {
  const std::vector<float> values(1000, 0.1F);
  EXPECT_EQ(fit_scaler(MatrixView<float>(values, 1))->scale[0], 1);
}

TEST(StandardScaler, KeepsSmallDeviationsOnALargeMean) {
  const std::vector<float> values = {1e6F, 1e6F + 1, 1e6F + 2, 1e6F + 3};
  EXPECT_NEAR(fit_scaler(MatrixView<float>(values, 1))->scale[0], std::sqrt(1.25), 1e-9);
}

TEST(StandardScaler, StandardisedRowsHaveMeanZeroAndDeviationOne) {
  std::vector<float> values;
  for (int i = 0; i < 100; ++i) values.push_back(static_cast<float>(i * i));
  const MatrixView<float> x(values, 1);
  const Matrix<float> scaled = standardise(*fit_scaler(x), x);
  const Scaler again = *fit_scaler(scaled);
  EXPECT_NEAR(again.mean[0], 0, 1e-7);
  EXPECT_NEAR(again.scale[0], 1, 1e-7);
}

TEST(StandardScaler, RefusesWhatHasNoMean) {
  const std::vector<float> nan = {1, std::nanf("")};
  EXPECT_EQ(fit_scaler(MatrixView<float>(nan, 1)).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_scaler({}).error().kind, ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
