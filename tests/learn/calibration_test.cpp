#include "learn/calibration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/random.h"

namespace hitscope {
namespace {

double sigmoid_of(double z) {
  return 1 / (1 + std::exp(-z));
}

struct Votes {
  std::vector<ModelProbabilities> probabilities;
  std::vector<std::uint8_t> labels;
};

// The truth is logit z. Model 0 says z itself, model 1 shouts 3 z, models 2 and 3 hear noise, model 4 says
// -z.
Votes make_votes(std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  Votes votes;
  for (std::size_t r = 0; r < rows; ++r) {
    const double z = random.normal();
    votes.labels.push_back(random.uniform() < sigmoid_of(z) ? 1 : 0);
    votes.probabilities.push_back({sigmoid_of(z), sigmoid_of(3 * z), sigmoid_of(random.normal()),
                                   sigmoid_of(random.normal()), sigmoid_of(-z)});
  }
  return votes;
}

std::vector<double> consensus_of(const ConsensusCalibration& calibration, const Votes& votes) {
  std::vector<double> p;
  for (const ModelProbabilities& row : votes.probabilities) p.push_back(calibration.probability(row));
  return p;
}

// Mean distance between probability and share of hits over ten equal bins of probability.
double calibration_error(const std::vector<std::uint8_t>& labels, const std::vector<double>& p) {
  std::array<double, 10> difference{};
  for (std::size_t r = 0; r < p.size(); ++r)
    difference[std::min<std::size_t>(9, static_cast<std::size_t>(10 * p[r]))] += p[r] - labels[r];
  double sum = 0;
  for (const double d : difference) sum += std::abs(d);
  return sum / static_cast<double>(p.size());
}

TEST(Consensus, FindsTheTruthBehindBoastfulAndUselessModels) {
  const Votes train = make_votes(20000, 1);
  ConsensusParams params;
  params.replicates = 0;
  const auto calibration = *fit_consensus(train.probabilities, train.labels, {}, params);
  ASSERT_TRUE(calibration.validate());
  // z can be had as w0 z + w1 3 z, with w0 + 3 w1 = 1; the rest must be about 0 or, against the sign, exactly
  // 0.
  EXPECT_NEAR(calibration.stack.weights[0] + 3 * calibration.stack.weights[1], 1, 0.05);
  EXPECT_NEAR(calibration.stack.weights[2], 0, 0.05);
  EXPECT_NEAR(calibration.stack.weights[3], 0, 0.05);
  EXPECT_EQ(calibration.stack.weights[4], 0);
  for (const double weight : calibration.stack.weights) EXPECT_GE(weight, 0);

  const Votes test = make_votes(20000, 2);
  EXPECT_LT(calibration_error(test.labels, consensus_of(calibration, test)), 0.015);
}

TEST(Consensus, ReplicatesSpreadWithTheEvidence) {
  const auto width_with = [](std::size_t rows) {
    const Votes train = make_votes(rows, 3);
    const auto calibration = *fit_consensus(train.probabilities, train.labels, {}, {});
    EXPECT_EQ(calibration.replicates.size(), 200U);
    const auto p = calibration.calibrate({0.7, 0.9, 0.5, 0.5, 0.3});
    EXPECT_LT(p.low, p.probability);
    EXPECT_GT(p.high, p.probability);
    return p.high - p.low;
  };
  // 16 times the rows, a quarter of the width.
  EXPECT_NEAR(width_with(250) / width_with(4000), 4, 1.6);
}

TEST(Consensus, ClustersWidenTheInterval) {
  const Votes once = make_votes(300, 4);
  Votes copies;
  std::vector<std::uint32_t> cluster;
  for (std::uint32_t r = 0; r < 300; ++r) {
    for (int copy = 0; copy < 9; ++copy) {
      copies.probabilities.push_back(once.probabilities[r]);
      copies.labels.push_back(once.labels[r]);
      cluster.push_back(r);
    }
  }
  const auto width = [&](std::span<const std::uint32_t> clusters) {
    const auto p = fit_consensus(copies.probabilities, copies.labels, clusters, {})
                       ->calibrate({0.7, 0.9, 0.5, 0.5, 0.3});
    return p.high - p.low;
  };
  EXPECT_NEAR(width(cluster) / width({}), 3, 0.9);
}

TEST(Consensus, TheIsotonicMapIsMonotoneAndCalibrated) {
  const Votes train = make_votes(5000, 5);
  ConsensusParams params;
  params.isotonic = true;
  params.replicates = 0;
  const auto calibration = *fit_consensus(train.probabilities, train.labels, {}, params);
  ASSERT_TRUE(calibration.validate());
  EXPECT_FALSE(calibration.map_x.empty());
  // On its own rows isotonic regression is calibrated by construction.
  EXPECT_LT(calibration_error(train.labels, consensus_of(calibration, train)), 0.01);
}

TEST(Consensus, SameOnAnyNumberOfThreads) {
  const Votes train = make_votes(300, 6);
  ConsensusParams params;
  params.replicates = 20;
  params.n_threads = 1;
  const auto one = *fit_consensus(train.probabilities, train.labels, {}, params);
  params.n_threads = 4;
  const auto four = *fit_consensus(train.probabilities, train.labels, {}, params);
  for (std::size_t b = 0; b < 20; ++b) EXPECT_EQ(one.replicates[b].weights, four.replicates[b].weights);
}

TEST(Consensus, RefusesWhatItCannotFit) {
  const Votes votes = make_votes(10, 7);
  ConsensusParams params;
  EXPECT_EQ(fit_consensus({}, {}, {}, params).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_consensus(votes.probabilities, std::vector<std::uint8_t>(10, 1), {}, params).error().kind,
            ErrorKind::table_invalid);
  EXPECT_EQ(
      fit_consensus(votes.probabilities, votes.labels, std::vector<std::uint32_t>(9), params).error().kind,
      ErrorKind::table_invalid);
  params.ridge = -1;
  EXPECT_EQ(fit_consensus(votes.probabilities, votes.labels, {}, params).error().kind,
            ErrorKind::recipe_invalid);
  params = {};
  params.replicates = ConsensusCalibration::kMaxReplicates + 1;
  EXPECT_EQ(fit_consensus(votes.probabilities, votes.labels, {}, params).error().kind,
            ErrorKind::recipe_invalid);
}

TEST(Platt, RecoversTheSigmoidBehindTheScores) {
  Random random(8);
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  for (int i = 0; i < 20000; ++i) {
    scores.push_back(random.normal());
    labels.push_back(random.uniform() < sigmoid_of(2 * scores.back() - 1) ? 1 : 0);
  }
  const PlattScaling platt = *fit_platt(scores, labels);
  EXPECT_NEAR(platt.slope, 2, 0.1);
  EXPECT_NEAR(platt.intercept, -1, 0.1);
}

TEST(Platt, StaysFiniteOnSeparableScores) {
  // Targets 3/4 and 1/4 of two hits and two flops: the fit passes through them at +-1.
  const PlattScaling platt =
      *fit_platt(std::vector<double>{-1, -1, 1, 1}, std::vector<std::uint8_t>{0, 0, 1, 1});
  EXPECT_NEAR(platt.probability(1), 0.75, 1e-6);
  EXPECT_NEAR(platt.probability(-1), 0.25, 1e-6);
  EXPECT_EQ(fit_platt(std::vector<double>{1}, std::vector<std::uint8_t>{}).error().kind,
            ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
