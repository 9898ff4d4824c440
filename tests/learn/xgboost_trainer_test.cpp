#include "learn/xgboost_trainer.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "learn/synthetic.h"

namespace hitscope {
namespace {

using testing::accuracy_of;
using testing::noisy_table;

std::vector<float> targets_of(const Dataset& data) {
  return {data.y.begin(), data.y.end()};
}

XgboostParams quick() {
  XgboostParams params;
  params.n_threads = 1;
  return params;
}

TEST(Xgboost, ServesWhatTheLibraryPredicts) {
  const Dataset train = noisy_table(3000, 1);
  Dataset probe = noisy_table(12000, 2);
  // Rows right on training values test that "x < c" became the same split.
  for (std::size_t r = 0; r < train.rows(); ++r) std::ranges::copy(train.x.row(r), probe.x.row(r).begin());
  const auto fit = fit_xgboost_with_predictions(train.x, targets_of(train), {}, quick(), probe.x);
  ASSERT_TRUE(fit) << fit.error().message << ' ' << fit.error().detail;
  ASSERT_TRUE(fit->trees.validate(5));
  EXPECT_EQ(fit->trees.roots.size(), 100U);
  ASSERT_EQ(fit->predictions.size(), probe.rows());
  for (std::size_t r = 0; r < probe.rows(); ++r) {
    ASSERT_NEAR(fit->trees.probability(probe.x.row(r)), fit->predictions[r], 1e-6) << r;
  }
  EXPECT_GT(accuracy_of(fit->trees, probe), 0.68);
}

TEST(Xgboost, ServesRegressionToo) {
  const Dataset train = noisy_table(3000, 3);
  const Dataset probe = noisy_table(10000, 4);
  std::vector<float> target;
  for (std::size_t r = 0; r < train.rows(); ++r)
    target.push_back(10 * std::sin(train.x(r, 0)) + train.x(r, 3));
  XgboostParams params = quick();
  params.objective = XgboostObjective::reg_squared_error;
  params.learning_rate = 0.1;
  const auto fit = *fit_xgboost_with_predictions(train.x, target, {}, params, probe.x);
  double squares = 0;
  for (std::size_t r = 0; r < probe.rows(); ++r) {
    const double value = fit.trees.value(probe.x.row(r));
    // Values reach 20, where a float32 sum of 101 terms is good to about 1e-5.
    ASSERT_NEAR(value, fit.predictions[r], 2e-5) << r;
    const double truth = 10 * std::sin(double{probe.x(r, 0)}) + double{probe.x(r, 3)};
    squares += (value - truth) * (value - truth);
  }
  EXPECT_LT(std::sqrt(squares / static_cast<double>(probe.rows())), 0.5);
}

TEST(Xgboost, OneStumpHasNewtonsLeaves) {
  // Margin 0, so every gradient is p - y = +-1/2 and every hessian 1/4. Left of the gap 4 flops: the leaf is
  // -sum g / (sum h + lambda) * rate = -2 / (1 + 1) * 0.5 = -0.5, right by symmetry +0.5.
  const Dataset data = testing::table(1, {0, 0, 0, 0, 1, 1, 1, 1}, {0, 0, 0, 0, 1, 1, 1, 1});
  XgboostParams params = quick();
  params.n_estimators = 1;
  params.max_depth = 1;
  params.learning_rate = 0.5;
  const TreeEnsemble stump = *fit_xgboost(data, params);
  EXPECT_NEAR(stump.value(std::array{0.0F}), -0.5, 1e-6);
  EXPECT_NEAR(stump.value(std::array{1.0F}), 0.5, 1e-6);
  EXPECT_EQ(stump.base, 0);
  EXPECT_EQ(stump.link, Link::sigmoid);
}

TEST(Xgboost, WeightsAndParametersReachTheLibrary) {
  Dataset data = testing::table(1, {0, 0, 0, 0, 1, 1, 1, 1}, {0, 0, 0, 0, 1, 1, 1, 1});
  XgboostParams params = quick();
  params.n_estimators = 1;
  params.learning_rate = 1;
  params.reg_lambda = 3;
  EXPECT_NEAR(fit_xgboost(data, params)->value(std::array{1.0F}), 2.0 / (1 + 3), 1e-6);
  data.weight.assign(8, 3);
  EXPECT_NEAR(fit_xgboost(data, params)->value(std::array{1.0F}), 6.0 / (3 + 3), 1e-6);
  params.min_child_weight = 3.5;  // either side weighs 3
  EXPECT_EQ(fit_xgboost(data, params)->feature.size(), 1U);
}

TEST(Xgboost, SameSeedSameModel) {
  const Dataset data = noisy_table(2000, 5);
  XgboostParams params = quick();
  params.n_estimators = 20;
  params.subsample = 0.5;
  params.colsample_bytree = 0.6;
  params.seed = 7;
  const TreeEnsemble first = *fit_xgboost(data, params);
  EXPECT_EQ(fit_xgboost(data, params)->threshold, first.threshold);
  params.seed = 8;
  EXPECT_NE(fit_xgboost(data, params)->threshold, first.threshold);
}

TEST(Xgboost, RefusesWhatItCannotFit) {
  const Dataset data = noisy_table(100, 6);
  XgboostParams params = quick();
  params.subsample = -1;
  const auto refused = fit_xgboost(data, params);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::recipe_invalid);
  EXPECT_NE(refused.error().detail.find("subsample"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(fit_xgboost(data.x, std::vector<float>(99), {}, {}).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_xgboost(Dataset{}, {}).error().kind, ErrorKind::table_invalid);
}

// The parts of XGBoost's JSON that are read, with one stump: left of 1.5 the leaf -1, else 2.
std::string json_with(const std::string& base_score, const std::string& objective,
                      const std::string& lefts = "[1,-1,-1]") {
  return R"({"learner":{"learner_model_param":{"base_score":")" + base_score + R"("},"objective":{"name":")" +
         objective + R"("},"gradient_booster":{"model":{"trees":[{"left_children":)" + lefts +
         R"(,"right_children":[2,-1,-1],"split_indices":[0,0,0],"split_conditions":[1.5,-1,2]}]}}}})";
}

TEST(Xgboost, ReadsBaseScoresOfOldAndNewVersions) {
  for (const char* half : {"5E-1", "[5E-1]"}) {
    EXPECT_EQ(parse_xgboost_json(json_with(half, "binary:logistic"))->base, 0);
  }
  EXPECT_DOUBLE_EQ(parse_xgboost_json(json_with("2.5E-1", "binary:logistic"))->base, -std::log(3.0));
  EXPECT_EQ(parse_xgboost_json(json_with("[2.5E-1]", "reg:squarederror"))->base, 0.25);
}

TEST(Xgboost, GoesLeftStrictlyBelowTheCondition) {
  const TreeEnsemble stump = *parse_xgboost_json(json_with("0", "reg:squarederror"));
  EXPECT_EQ(stump.value(std::array{1.5F}), 2);
  EXPECT_EQ(stump.value(std::array{std::nextafter(1.5F, 0.0F)}), -1);
}

TEST(Xgboost, RefusesDamagedModels) {
  for (const std::string& damaged :
       {std::string("{"), std::string("{}"), json_with("x", "binary:logistic"),
        json_with("1", "binary:logistic"), json_with("0", "reg:squarederror", "[9,-1,-1]"),
        json_with("0", "reg:squarederror", "[0,-1,-1]"), json_with("0", "reg:squarederror", "[1]")}) {
    const auto parsed = parse_xgboost_json(damaged);
    ASSERT_FALSE(parsed) << damaged;
    EXPECT_EQ(parsed.error().kind, ErrorKind::model_invalid);
  }
}

}  // namespace
}  // namespace hitscope
