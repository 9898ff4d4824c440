#include "model/consensus.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace hitscope {
namespace {

constexpr ModelProbabilities kUndecided = {0.5, 0.5, 0.5, 0.5, 0.5};

TEST(Consensus, UndecidedModelsLeaveTheIntercept) {
  ConsensusCalibration calibration;
  calibration.stack = {std::log(0.25), {1, 2, 3, 4, 5}};  // odds 1 : 4
  EXPECT_NEAR(calibration.probability(kUndecided), 0.2, 1e-15);
}

TEST(Consensus, WeightsMultiplyLogits) {
  ConsensusCalibration calibration;
  calibration.stack = {0, {1, 0, 0, 0.5, 0}};
  // Odds 4 from the first and sqrt(9) = 3 from the fourth: 12.
  EXPECT_NEAR(calibration.probability({0.8, 0.1, 0.1, 0.9, 0.1}), 12.0 / 13.0, 1e-12);
}

TEST(Consensus, CertaintyIsClippedNotInfinite) {
  ConsensusCalibration calibration;
  calibration.stack = {0, {1, 1, 0, 0, 0}};
  EXPECT_NEAR(calibration.probability({1, 0, 0, 0, 0}), 0.5, 1e-12);
  EXPECT_NEAR(calibration.probability({1, 0.5, 0, 0, 0}), 1 - ConsensusCalibration::kClip, 1e-12);
}

TEST(Consensus, TheMapIsLinearBetweenKnotsAndConstantBeyond) {
  ConsensusCalibration calibration;
  calibration.stack = {0, {1, 0, 0, 0, 0}};
  calibration.map_x = {0.2, 0.6};
  calibration.map_y = {0.1, 0.3};
  const auto mapped = [&](double p) { return calibration.probability({p, 0.5, 0.5, 0.5, 0.5}); };
  EXPECT_NEAR(mapped(0.4), 0.2, 1e-12);
  EXPECT_NEAR(mapped(0.1), 0.1, 1e-12);
  EXPECT_NEAR(mapped(0.9), 0.3, 1e-12);
}

TEST(Consensus, TheIntervalIsTheReplicatesQuantiles) {
  ConsensusCalibration calibration;
  calibration.stack.intercept = 0;
  for (int i = 0; i <= 100; ++i) calibration.replicates.push_back({0.01 * i - 0.5, {}});
  const CalibratedProbability p = calibration.calibrate(kUndecided);
  EXPECT_EQ(p.probability, 0.5);
  EXPECT_NEAR(p.low, 1 / (1 + std::exp(0.45)), 1e-12);
  EXPECT_NEAR(p.high, 1 / (1 + std::exp(-0.45)), 1e-12);
}

TEST(Consensus, TheIntervalContainsTheProbability) {
  ConsensusCalibration calibration;
  calibration.stack.intercept = 2;
  calibration.replicates = {{0, {}}, {0.1, {}}};
  const CalibratedProbability p = calibration.calibrate(kUndecided);
  EXPECT_LT(p.low, p.probability);
  EXPECT_EQ(p.high, p.probability);
}

TEST(Consensus, WithoutReplicatesTheIntervalIsAPoint) {
  const CalibratedProbability p = ConsensusCalibration{}.calibrate(kUndecided);
  EXPECT_EQ(p.low, p.probability);
  EXPECT_EQ(p.high, p.probability);
}

TEST(Consensus, RefusesWhatIsMalformed) {
  const auto broken = [](auto change) {
    ConsensusCalibration calibration;
    calibration.map_x = {0.2, 0.6};
    calibration.map_y = {0.1, 0.3};
    calibration.replicates.resize(3);
    change(calibration);
    const auto sound = calibration.validate();
    return !sound && sound.error().kind == ErrorKind::model_invalid;
  };
  EXPECT_FALSE(broken([](ConsensusCalibration&) {}));
  EXPECT_TRUE(broken([](ConsensusCalibration& c) { c.stack.weights[4] = std::nan(""); }));
  EXPECT_TRUE(broken([](ConsensusCalibration& c) { c.replicates[2].intercept = 1e300; }));
  EXPECT_TRUE(
      broken([](ConsensusCalibration& c) { c.replicates.resize(ConsensusCalibration::kMaxReplicates + 1); }));
  EXPECT_TRUE(broken([](ConsensusCalibration& c) { c.map_x[1] = c.map_x[0]; }));
  EXPECT_TRUE(broken([](ConsensusCalibration& c) { c.map_x.push_back(0.7); }));
  EXPECT_TRUE(broken([](ConsensusCalibration& c) { c.map_y[1] = 0.05; }));
  EXPECT_TRUE(broken([](ConsensusCalibration& c) { c.map_y[1] = 1.5; }));
}

}  // namespace
}  // namespace hitscope
