#include "model/predictor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "model/sample_models.h"
#include "model/shapley.h"

namespace hitscope {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

// The plain way: standardise, ask each model, nothing shared with the fast engine.
ModelProbabilities plainly(const Bundle& bundle, const std::vector<float>& row) {
  std::vector<float> scaled(row.size() + bundle.derived.size());
  with_derived(row, bundle.derived, scaled);
  bundle.scaler.apply(scaled, scaled);
  return {bundle.random_forest.probability(scaled), bundle.xgboost.probability(scaled),
          bundle.adaboost.probability(scaled), bundle.knn.probability(std::span(scaled).first(row.size())),
          bundle.decision_tree.probability(scaled)};
}

// Unknown features averaged out over the background, by definition.
ModelProbabilities averaged(const Bundle& bundle, const std::vector<float>& row) {
  ModelProbabilities mean{};
  for (std::size_t r = 0; r < bundle.background.rows(); ++r) {
    std::vector<float> filled = row;
    for (std::size_t f = 0; f < row.size(); ++f) {
      if (std::isnan(row[f])) filled[f] = bundle.background(r, f);
    }
    const ModelProbabilities p = plainly(bundle, filled);
    for (std::size_t m = 0; m < kModelCount; ++m)
      mean[m] += p[m] / static_cast<double>(bundle.background.rows());
  }
  return mean;
}

double sum(const Verdict& verdict) {
  return std::accumulate(verdict.explanation.begin(), verdict.explanation.end(), 0.0,
                         [](double s, const Contribution& c) { return s + c.contribution; });
}

TEST(Predictor, EqualsThePlainModels) {
  const Bundle bundle = testing::sample_bundle(1, {.features = 6, .trees = 21, .derived = 1});
  const Predictor predictor(bundle);
  Random random(2);
  for (int i = 0; i < 100; ++i) {
    const std::vector<float> row = testing::sample_row(bundle, random);
    EXPECT_EQ(predictor.probabilities(row), plainly(bundle, row));
  }
}

TEST(Predictor, TheMajorityDecidesAndTheTierCounts) {
  const Bundle bundle = testing::sample_bundle(3);
  const Predictor predictor(bundle);
  Random random(4);
  std::map<int, int> seen;
  for (int i = 0; i < 300; ++i) {
    const std::vector<float> row = testing::sample_row(bundle, random);
    const Verdict verdict = predictor.judge(row);
    const ModelProbabilities p = plainly(bundle, row);
    const auto votes = std::count_if(p.begin(), p.end(), [](double v) { return v >= 0.5; });
    EXPECT_EQ(verdict.votes_for_hit, votes);
    EXPECT_EQ(verdict.label, votes >= 3 ? Label::hit : Label::flop);
    EXPECT_EQ(verdict.tier, tier_of(static_cast<int>(votes)));
    EXPECT_EQ(verdict.votes[3].model, "knn");
    EXPECT_EQ(verdict.votes[3].probability, p[3]);
    EXPECT_EQ(verdict.probability, bundle.calibration.probability(p));
    EXPECT_LE(verdict.probability_low, verdict.probability);
    EXPECT_GE(verdict.probability_high, verdict.probability);
    EXPECT_TRUE(verdict.explanation.empty());
    ++seen[verdict.votes_for_hit];
  }
  EXPECT_GE(seen.size(), 4U);  // the sample covers verdicts of several kinds
}

TEST(Predictor, UnknownFeaturesAreAveragedOut) {
  const Bundle bundle = testing::sample_bundle(5, {.derived = 2});
  const Predictor predictor(bundle);
  Random random(6);
  for (std::size_t pattern = 1; pattern < 16; ++pattern) {
    std::vector<float> row = testing::sample_row(bundle, random);
    for (std::size_t f = 0; f < 4; ++f) {
      if (((pattern >> f) & 1U) != 0) row[f] = kUnknown;
    }
    const ModelProbabilities expected = averaged(bundle, row);
    const ModelProbabilities actual = predictor.probabilities(row);
    for (std::size_t m = 0; m < kModelCount; ++m) EXPECT_NEAR(actual[m], expected[m], 1e-12);
  }
}

TEST(Predictor, NothingKnownGivesTheBaseRate) {
  const Bundle bundle = testing::sample_bundle(7);
  const Predictor predictor(bundle);
  const Verdict verdict = predictor.judge(std::vector<float>(4, kUnknown), true);
  EXPECT_EQ(verdict.probability, verdict.base_rate);
  EXPECT_NEAR(verdict.base_rate,
              bundle.calibration.probability(averaged(bundle, std::vector<float>(4, kUnknown))), 1e-12);
  EXPECT_TRUE(verdict.explanation.empty());
}

TEST(Predictor, InfinityIsUnknownToo) {
  const Bundle bundle = testing::sample_bundle(8);
  const Predictor predictor(bundle);
  const std::vector<float> infinite = {0, std::numeric_limits<float>::infinity(), 1, 2};
  const std::vector<float> unknown = {0, kUnknown, 1, 2};
  EXPECT_EQ(predictor.judge(infinite).probability, predictor.judge(unknown).probability);
}

// Contributions against their definition: v(S) asked of the predictor itself, by hiding what is not in S.
TEST(Predictor, ExplainsByShapleyValuesOverAllCoalitions) {
  for (const std::size_t features : {1U, 3U, 6U}) {
    const Bundle bundle =
        testing::sample_bundle(10 + features, {.features = features, .derived = features > 1 ? 2U : 0U});
    const Predictor predictor(bundle);
    Random random(9);
    const std::vector<float> row = testing::sample_row(bundle, random);
    std::vector<double> game(std::size_t{1} << features);
    for (std::size_t s = 0; s < game.size(); ++s) {
      std::vector<float> known = row;
      for (std::size_t f = 0; f < features; ++f) {
        if (((s >> f) & 1U) == 0) known[f] = kUnknown;
      }
      game[s] = predictor.judge(known).probability;
    }
    const std::vector<double> expected = shapley_values(game);
    const Verdict verdict = predictor.judge(row, true);
    ASSERT_EQ(verdict.explanation.size(), features);
    for (const Contribution& c : verdict.explanation) {
      const auto f = static_cast<std::size_t>(c.feature.back() - '0');
      EXPECT_EQ(c.value, static_cast<double>(row[f]));
      EXPECT_NEAR(c.contribution, expected[f], 1e-10);
    }
  }
}

// Background rows travel in batches of 64: one short, one full, one and a bit.
TEST(Predictor, ContributionsAddUpForAnyNumberOfBackgroundRows) {
  for (const std::size_t rows : {1U, 63U, 64U, 65U, 130U}) {
    const Bundle bundle = testing::sample_bundle(30 + rows, {.features = 4, .background = rows});
    const Predictor predictor(bundle);
    Random random(31);
    const std::vector<float> row = testing::sample_row(bundle, random);
    const Verdict verdict = predictor.judge(row, true);
    EXPECT_NEAR(sum(verdict), verdict.probability - verdict.base_rate, 1e-9) << rows;
  }
}

TEST(Predictor, ContributionsAddUp) {
  const Bundle bundle = testing::sample_bundle(20, {.features = 9, .trees = 30, .depth = 8});
  const Predictor predictor(bundle);
  Random random(21);
  for (int i = 0; i < 5; ++i) {
    std::vector<float> row = testing::sample_row(bundle, random);
    if (i >= 3) row[4] = kUnknown;
    const Verdict verdict = predictor.judge(row, true);
    EXPECT_NEAR(sum(verdict), verdict.probability - verdict.base_rate, 1e-9);
    EXPECT_EQ(verdict.explanation.size(), i >= 3 ? 8U : 9U);
    EXPECT_TRUE(std::is_sorted(
        verdict.explanation.begin(), verdict.explanation.end(),
        [](const auto& a, const auto& b) { return std::abs(a.contribution) > std::abs(b.contribution); }));
  }
}

// A feature that no model looks at gets exactly nothing, the others share its absence.
TEST(Predictor, AFeatureNoModelUsesContributesNothing) {
  Bundle bundle = testing::sample_bundle(22, {.features = 3});
  for (TreeEnsemble* forest :
       {&bundle.random_forest, &bundle.xgboost, &bundle.adaboost, &bundle.decision_tree}) {
    for (std::int16_t& feature : forest->feature) feature = feature == 1 ? std::int16_t{0} : feature;
  }
  for (std::size_t r = 0; r < bundle.knn.labels.size(); ++r) bundle.knn.rows[r * 3 + 1] = 0;
  for (std::size_t r = 0; r < bundle.background.rows(); ++r) bundle.background(r, 1) = 7;
  bundle.knn.prepare();
  const Predictor predictor(bundle);
  const Verdict verdict = predictor.judge(std::vector<float>{1, 7, 2}, true);
  const auto dummy = std::find_if(verdict.explanation.begin(), verdict.explanation.end(),
                                  [](const Contribution& c) { return c.feature == "feature_1"; });
  ASSERT_NE(dummy, verdict.explanation.end());
  EXPECT_NEAR(dummy->contribution, 0, 1e-15);
  EXPECT_NEAR(sum(verdict), verdict.probability - verdict.base_rate, 1e-12);
}

TEST(Predictor, PercentilesPlaceTheValueAmongBothClasses) {
  const Bundle bundle = testing::sample_bundle(23, {.features = 1});
  const Verdict verdict = Predictor(bundle).judge(std::vector<float>{1}, true);
  // Among hits (0, 2, 4) 25 %, among flops (0, 1, 2) 50 %.
  EXPECT_DOUBLE_EQ(verdict.explanation.at(0).percentile, 0.375);
}

}  // namespace
}  // namespace hitscope
