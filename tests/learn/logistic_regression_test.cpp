#include "learn/logistic_regression.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"

namespace hitscope {
namespace {

double logistic_of(double z) {
  return 1 / (1 + std::exp(-z));
}

TEST(LogisticRegression, HasTheClosedFormOfATwoByTwoTable) {
  // Hit share 1/4 at x = 0 and 3/4 at x = 1: intercept ln(1/3), slope 2 ln 3.
  const std::vector<double> x = {0, 0, 0, 0, 1, 1, 1, 1};
  const std::vector<double> target = {1, 0, 0, 0, 1, 1, 1, 0};
  const auto model = *fit_logistic_regression(MatrixView<double>(x, 1), target, {}, {});
  EXPECT_NEAR(model.intercept, -std::log(3.0), 1e-9);
  EXPECT_NEAR(model.coefficients[0], 2 * std::log(3.0), 1e-9);
}

TEST(LogisticRegression, WeightsAndFractionalTargetsAreCopies) {
  const std::vector<double> x = {0, 1};
  const auto model = *fit_logistic_regression(MatrixView<double>(x, 1), std::vector<double>{0.25, 0.75},
                                              std::vector<double>{4, 4}, {});
  EXPECT_NEAR(model.intercept, -std::log(3.0), 1e-9);
  EXPECT_NEAR(model.coefficients[0], 2 * std::log(3.0), 1e-9);
}

TEST(LogisticRegression, ReachesTheStationaryPointOfItsPenalisedObjective) {
  Random random(1);
  Matrix<double> x(200, 3);
  std::vector<double> target;
  for (std::size_t r = 0; r < 200; ++r) {
    for (double& value : x.row(r)) value = random.normal();
    target.push_back(random.uniform() < logistic_of(1 + 2 * x(r, 0) - x(r, 1)) ? 1 : 0);
  }
  LogisticRegressionParams params;
  params.ridge = 5;
  for (const bool non_negative : {false, true}) {
    params.non_negative = non_negative;
    const auto model = *fit_logistic_regression(x, target, {}, params);
    std::vector<double> gradient(4);
    for (std::size_t r = 0; r < 200; ++r) {
      double z = model.intercept;
      for (std::size_t c = 0; c < 3; ++c) z += model.coefficients[c] * x(r, c);
      gradient[0] += logistic_of(z) - target[r];
      for (std::size_t c = 0; c < 3; ++c) gradient[c + 1] += (logistic_of(z) - target[r]) * x(r, c);
    }
    EXPECT_NEAR(gradient[0], 0, 1e-6);
    for (std::size_t c = 0; c < 3; ++c) {
      const double slope = gradient[c + 1] + params.ridge * model.coefficients[c];
      if (non_negative && model.coefficients[c] == 0) {
        EXPECT_GE(slope, 0);  // only a negative coefficient would do better
      } else {
        EXPECT_NEAR(slope, 0, 1e-6);
      }
      EXPECT_TRUE(!non_negative || model.coefficients[c] >= 0);
    }
    EXPECT_EQ(model.coefficients[1] < 0, !non_negative);
  }
}

TEST(LogisticRegression, StaysFiniteOnSeparableData) {
  const std::vector<double> x = {-2, -1, 1, 2};
  const auto model =
      *fit_logistic_regression(MatrixView<double>(x, 1), std::vector<double>{0, 0, 1, 1}, {}, {});
  EXPECT_TRUE(std::isfinite(model.intercept));
  EXPECT_TRUE(std::isfinite(model.coefficients[0]));
  EXPECT_GT(model.coefficients[0], 5);
}

TEST(LogisticRegression, RefusesWhatItCannotFit) {
  const std::vector<double> x = {0, 1};
  const MatrixView<double> view(x, 1);
  EXPECT_EQ(fit_logistic_regression({}, {}, {}, {}).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_logistic_regression(view, std::vector<double>{0, 2}, {}, {}).error().kind,
            ErrorKind::table_invalid);
  EXPECT_EQ(fit_logistic_regression(view, std::vector<double>{0}, {}, {}).error().kind,
            ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
