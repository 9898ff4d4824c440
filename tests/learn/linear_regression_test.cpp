#include "learn/linear_regression.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace hitscope {
namespace {

TEST(LinearRegression, FindsThePlaneThatIsThere) {
  Random random(1);
  Matrix<float> x(50, 3);
  std::vector<double> target;
  for (std::size_t r = 0; r < 50; ++r) {
    for (float& value : x.row(r)) value = static_cast<float>(random.normal());
    target.push_back(4 + 2 * double{x(r, 0)} - 3 * double{x(r, 1)});
  }
  const LinearModel model = *fit_linear_regression(x, target, {}, 0);
  EXPECT_NEAR(model.intercept, 4, 1e-10);
  EXPECT_NEAR(model.coefficients[0], 2, 1e-10);
  EXPECT_NEAR(model.coefficients[1], -3, 1e-10);
  EXPECT_NEAR(model.coefficients[2], 0, 1e-10);
  EXPECT_NEAR(model.value(x.row(7)), target[7], 1e-10);
}

TEST(LinearRegression, TheRidgeShrinksByHand) {
  // x = -1, 1 and target 0, 4: centred moments x.x = 2, x.t = 4, so w = 4 / (2 + ridge) around intercept 2.
  const std::vector<float> x = {-1, 1};
  const std::vector<double> target = {0, 4};
  for (const double ridge : {0.0, 2.0, 6.0}) {
    const LinearModel model = *fit_linear_regression(MatrixView<float>(x, 1), target, {}, ridge);
    EXPECT_NEAR(model.coefficients[0], 4 / (2 + ridge), 1e-12);
    EXPECT_NEAR(model.intercept, 2, 1e-12);
  }
}

TEST(LinearRegression, AWeightCountsAsThatManyCopies) {
  const std::vector<float> x = {0, 1, 2};
  const std::vector<float> copied = {0, 1, 1, 2};
  const LinearModel by_weight = *fit_linear_regression(MatrixView<float>(x, 1), std::vector<double>{1, 5, 2},
                                                       std::vector<double>{1, 2, 1}, 0.5);
  const LinearModel by_copies =
      *fit_linear_regression(MatrixView<float>(copied, 1), std::vector<double>{1, 5, 5, 2}, {}, 0.5);
  EXPECT_NEAR(by_weight.coefficients[0], by_copies.coefficients[0], 1e-12);
  EXPECT_NEAR(by_weight.intercept, by_copies.intercept, 1e-12);
}

TEST(LinearRegression, CollinearColumnsNeedARidge) {
  const std::vector<float> x = {0, 0, 1, 2, 2, 4};
  const std::vector<double> target = {0, 5, 10};
  EXPECT_EQ(fit_linear_regression(MatrixView<float>(x, 2), target, {}, 0).error().kind,
            ErrorKind::table_invalid);
  const LinearModel model = *fit_linear_regression(MatrixView<float>(x, 2), target, {}, 1e-6);
  EXPECT_NEAR(model.coefficients[0] + 2 * model.coefficients[1], 5, 1e-5);
}

TEST(LinearRegression, RefusesWhatItCannotFit) {
  const std::vector<float> x = {0, 1};
  const MatrixView<float> view(x, 1);
  EXPECT_EQ(fit_linear_regression({}, {}, {}, 0).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_linear_regression(view, std::vector<double>{1}, {}, 0).error().kind,
            ErrorKind::table_invalid);
  EXPECT_EQ(fit_linear_regression(view, std::vector<double>{1, 2}, {}, -1).error().kind,
            ErrorKind::recipe_invalid);
  EXPECT_EQ(fit_linear_regression(view, std::vector<double>{1, 2}, std::vector<double>{0, 0}, 1).error().kind,
            ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
