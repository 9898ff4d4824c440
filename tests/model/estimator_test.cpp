#include "model/estimator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "model/sample_models.h"

namespace hitscope {
namespace {

Estimator lookup() {
  Estimator estimator;
  estimator.name = "loudness_db";
  estimator.inputs = {{"integrated_lufs", Transform::none}};
  estimator.coefficients = {1.0};
  estimator.curve_x = {-30, -10};
  estimator.curve_y = {-28, -6};
  estimator.low = -60;
  estimator.high = 0;
  return estimator;
}

Measurements measured(std::string_view name, std::optional<double> value) {
  Measurements measurements;
  measurements.set(name, value);
  return measurements;
}

TEST(Measurements, LaterValuesReplaceAndUnknownOnesRemove) {
  Measurements m;
  EXPECT_EQ(m.get("rms"), std::nullopt);
  m.set("rms", 0.1);
  m.set("rms", 0.2);
  EXPECT_EQ(m.get("rms"), 0.2);
  m.set("rms", std::nan(""));
  EXPECT_EQ(m.get("rms"), std::nullopt);
}

TEST(Estimator, LooksUpACurve) {
  EXPECT_NEAR(*lookup().evaluate(measured("integrated_lufs", -20)), -17, 1e-9);
  EXPECT_NEAR(*lookup().evaluate(measured("integrated_lufs", 5)), -6, 1e-9);
}

TEST(Estimator, RegressesOnScaledAndTransformedInputs) {
  Estimator estimator;
  estimator.name = "energy";
  estimator.inputs = {{"rms", Transform::log10}, {"centroid", Transform::none}};
  estimator.scaler = {{-1.0, 2000.0}, {0.5, 1000.0}};
  estimator.intercept = 0.4;
  estimator.coefficients = {0.2, -0.1};
  ASSERT_TRUE(estimator.validate());
  Measurements m;
  m.set("rms", 1.0);  // log10 = 0: two deviations
  EXPECT_EQ(estimator.evaluate(m), std::nullopt);
  m.set("centroid", 3000.0);  // one deviation
  EXPECT_NEAR(*estimator.evaluate(m), 0.4 + 0.4 - 0.1, 1e-6);
  m.set("rms", 0.0);  // no logarithm
  EXPECT_EQ(estimator.evaluate(m), std::nullopt);
}

TEST(Estimator, AddsTreesAndClampsToItsRange) {
  Estimator estimator;
  estimator.name = "valence";
  estimator.inputs = {{"x", Transform::none}};
  estimator.trees.feature = {0, -1, -1};
  estimator.trees.threshold = {0.0F, 0.25F, 7.0F};
  estimator.trees.left = {1, 0, 0};
  estimator.trees.roots = {0};
  ASSERT_TRUE(estimator.validate());
  EXPECT_EQ(estimator.evaluate(measured("x", -1)), 0.25);
  EXPECT_EQ(estimator.evaluate(measured("x", 1)), 1.0);
}

TEST(Estimator, EstimatesTravelWithTheirQuality) {
  Estimator known = lookup();
  known.r2 = 0.8;
  known.rmse = 1.5;
  known.unit = "dB";
  Estimator unknown = lookup();
  unknown.inputs[0].name = "nobody measures this";
  const auto estimates = estimate_all({unknown, known}, measured("integrated_lufs", -10));
  ASSERT_EQ(estimates.size(), 1U);
  EXPECT_EQ(estimates[0].name, "loudness_db");
  EXPECT_EQ(estimates[0].unit, "dB");
  EXPECT_NEAR(estimates[0].value, -6, 1e-9);
  EXPECT_EQ(estimates[0].r2, 0.8);
  EXPECT_EQ(estimates[0].rmse, 1.5);
}

TEST(Estimator, RefusesWhatIsMalformed) {
  const auto broken = [](auto change) {
    Estimator estimator = lookup();
    change(estimator);
    const auto sound = estimator.validate();
    return !sound && sound.error().kind == ErrorKind::model_invalid;
  };
  EXPECT_FALSE(broken([](Estimator&) {}));
  EXPECT_TRUE(broken([](Estimator& e) { e.name.clear(); }));
  EXPECT_TRUE(broken([](Estimator& e) { e.inputs.clear(); }));
  EXPECT_TRUE(broken([](Estimator& e) { e.inputs.resize(Estimator::kMaxInputs + 1); }));
  EXPECT_TRUE(broken([](Estimator& e) { e.coefficients.push_back(1); }));
  EXPECT_TRUE(broken([](Estimator& e) { e.coefficients[0] = std::nan(""); }));
  EXPECT_TRUE(broken([](Estimator& e) { e.scaler.mean = {0.0}; }));
  EXPECT_TRUE(broken([](Estimator& e) { e.curve_x = {1, 1}; }));
  EXPECT_TRUE(broken([](Estimator& e) { e.high = -61; }));
  EXPECT_TRUE(broken([](Estimator& e) { e.r2 = std::nan(""); }));
  EXPECT_TRUE(broken([](Estimator& e) { e.trees.roots = {0}; }));
}

TEST(FeatureRow, PrefersMeasuredThenSourceThenEstimate) {
  Bundle bundle = testing::sample_bundle(1, {.features = 3});
  bundle.features[0] = {"loudness", "dB", "loudness_db", -60, 0};
  bundle.features[1] = {"tempo", "BPM", "tempo_bpm", 0, 250};
  bundle.features[2] = {"key", "", "", 0, 11};
  bundle.estimators = {lookup()};
  Measurements m;
  EXPECT_TRUE(std::isnan(feature_row(bundle, m)[0]));
  m.set("integrated_lufs", -10);
  m.set("tempo_bpm", 128);
  m.set("key", 4);
  EXPECT_EQ(feature_row(bundle, m), (std::vector<float>{-6, 128, 4}));
  m.set("loudness", -5);
  m.set("tempo", 64);
  EXPECT_EQ(feature_row(bundle, m), (std::vector<float>{-5, 64, 4}));
}

TEST(Percentile, IsLinearBetweenLevelsAndMidwayInARun) {
  const std::vector<float> levels = {0, 1, 2, 2, 2};  // levels 0, 25, 50, 75, 100 %
  EXPECT_EQ(percentile_of(levels, -1), 0.0);
  EXPECT_EQ(percentile_of(levels, 0), 0.0);
  EXPECT_DOUBLE_EQ(percentile_of(levels, 0.5), 0.125);
  EXPECT_DOUBLE_EQ(percentile_of(levels, 1), 0.25);
  EXPECT_DOUBLE_EQ(percentile_of(levels, 2), 0.75);
  EXPECT_EQ(percentile_of(levels, 3), 1.0);
  const std::vector<float> constant = {5, 5};
  EXPECT_DOUBLE_EQ(percentile_of(constant, 5), 0.5);
}

}  // namespace
}  // namespace hitscope
