#include "learn/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace hitscope {
namespace {

using Labels = std::vector<std::uint8_t>;

TEST(Metrics, AucIsTheShareOfPairsInOrderWithTiesHalf) {
  // Hits at .9, .5; flops at .5, .1: pairs won 1, 1, 1/2, 1.
  EXPECT_DOUBLE_EQ(auc(std::vector{0.9, 0.5, 0.5, 0.1}, Labels{1, 1, 0, 0}), 3.5 / 4);
  EXPECT_DOUBLE_EQ(auc(std::vector{0.1, 0.9}, Labels{1, 0}), 0);
  EXPECT_TRUE(std::isnan(auc(std::vector{0.1, 0.9}, Labels{1, 1})));
}

TEST(Metrics, ScoresOfABalancedTableAreThePlainOnes) {
  // Two of three hits called, one of three flops called wrongly.
  const std::vector<double> p = {0.9, 0.8, 0.3, 0.6, 0.2, 0.1};
  const Labels hit = {1, 1, 1, 0, 0, 0};
  const Scores scores = score(p, hit, {}, {.replicates = 0});
  EXPECT_DOUBLE_EQ(scores.scores[0].value, 4.0 / 6);  // accuracy
  EXPECT_DOUBLE_EQ(scores.scores[1].value, 2.0 / 3);  // precision
  EXPECT_DOUBLE_EQ(scores.scores[2].value, 2.0 / 3);  // recall
  EXPECT_NEAR(scores.scores[3].value, 2.0 / 3, 1e-12);
  EXPECT_NEAR(scores.brier().value, (0.01 + 0.04 + 0.49 + 0.36 + 0.04 + 0.01) / 6, 1e-12);
}

TEST(Metrics, ClassesWeighAlikeWhateverTheirRows) {
  // The same flops three times over change nothing.
  const Scores few = score(std::vector{0.9, 0.4, 0.6, 0.1}, Labels{1, 1, 0, 0}, {}, {.replicates = 0});
  const Scores many = score(std::vector{0.9, 0.4, 0.6, 0.1, 0.6, 0.1, 0.6, 0.1},
                            Labels{1, 1, 0, 0, 0, 0, 0, 0}, {}, {.replicates = 0});
  for (std::size_t s = 0; s < kScoreNames.size(); ++s) {
    EXPECT_NEAR(few.scores[s].value, many.scores[s].value, 1e-12) << kScoreNames[s];
  }
}

TEST(Metrics, CalibrationErrorIsTheGapWithinBins) {
  // One bin at .7 holding half hits: a gap of .2. A probability of exactly 1 stays in the last bin.
  EXPECT_NEAR(score(std::vector{0.7, 0.7}, Labels{1, 0}, {}, {.replicates = 0}).ece().value, 0.2, 1e-12);
  EXPECT_NEAR(score(std::vector{1.0, 0.0}, Labels{1, 0}, {}, {.replicates = 0}).ece().value, 0, 1e-12);
}

// Probabilities drawn, and labels drawn by them: calibrated by construction.
TEST(Metrics, CalibratedProbabilitiesHaveLittleCalibrationError) {
  Random random(3);
  std::vector<double> p;
  Labels hit;
  for (int i = 0; i < 50'000; ++i) {
    p.push_back(random.uniform());
    hit.push_back(random.uniform() < p.back() ? 1 : 0);
  }
  const Scores scores = score(p, hit, {}, {.replicates = 0});
  EXPECT_LT(scores.ece().value, 0.01);
  EXPECT_NEAR(scores.auc().value, 5.0 / 6, 0.01) << "the integral of 2p(1-(1-p)^2)... of uniform p";
  for (const ReliabilityBin& bin : reliability(p, hit))
    EXPECT_NEAR(bin.mean_probability, bin.share_of_hits, 0.03);
}

TEST(Metrics, IntervalsHoldTheValueAndWidenWithClusters) {
  Random random(5);
  std::vector<double> p;
  Labels hit;
  std::vector<std::uint32_t> artist;
  for (std::uint32_t a = 0; a < 60; ++a) {
    // An artist's twenty tracks share fate and score.
    const double fate = random.uniform();
    const std::uint8_t found = fate + 0.6 * random.normal() > 0.5 ? 1 : 0;
    for (int k = 0; k < 20; ++k) {
      p.push_back(0.5 * fate + 0.25 * random.uniform());
      hit.push_back(found);
      artist.push_back(a);
    }
  }
  const Score alone = score(p, hit).auc();
  const Score clustered = score(p, hit, artist).auc();
  EXPECT_LT(alone.low, alone.value);
  EXPECT_GT(alone.high, alone.value);
  EXPECT_EQ(alone.value, clustered.value);
  EXPECT_GT(clustered.high - clustered.low, 1.3 * (alone.high - alone.low));
  EXPECT_EQ(score(p, hit, artist).auc().low, clustered.low) << "the seed decides";
}

TEST(Metrics, RocRunsFromCornerToCornerAndHoldsTheAuc) {
  Random random(9);
  std::vector<double> p;
  Labels hit;
  for (int i = 0; i < 5000; ++i) {
    hit.push_back(i % 2 == 0 ? 1 : 0);
    p.push_back(random.normal() + hit.back());
  }
  const auto curve = roc_curve(p, hit, 200);
  EXPECT_LE(curve.size(), 202U);
  EXPECT_EQ(curve.front().false_positive, 0);
  EXPECT_EQ(curve.back().true_positive, 1);
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    EXPECT_GE(curve[i].true_positive, curve[i - 1].true_positive);
    area += (curve[i].false_positive - curve[i - 1].false_positive) *
            (curve[i].true_positive + curve[i - 1].true_positive) / 2;
  }
  EXPECT_NEAR(area, auc(p, hit), 0.002);
}

}  // namespace
}  // namespace hitscope
