#include "features/log_mel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "features/mfcc.h"
#include "features/spectrum.h"

namespace hitscope {
namespace {

TEST(LogMel, TenfoldPowerIsTenDecibels) {
  LogMel log_mel;
  log_mel.compute(std::vector<float>(kSpectrumBins, 1.0F));
  const std::vector<float> one(log_mel.decibels().begin(), log_mel.decibels().end());
  log_mel.compute(std::vector<float>(kSpectrumBins, 10.0F));
  for (std::size_t band = 0; band < kMelBands; ++band)
    EXPECT_NEAR(log_mel.decibels()[band] - one[band], 10, 1e-4);
}

TEST(LogMel, TheFloorStaysEightyDecibelsBelowTheLoudestSoFar) {
  LogMel log_mel;
  log_mel.compute(std::vector<float>(kSpectrumBins, 1.0F));
  const float floor_db = log_mel.floor_db();
  log_mel.compute(std::vector<float>(kSpectrumBins, 0.0F));
  EXPECT_EQ(log_mel.floor_db(), floor_db);
  EXPECT_FLOAT_EQ(log_mel.decibels()[5], -100.0F);  // amin
}

TEST(MeanMfcc, AFlatSpectrumHasOnlyTheZerothCoefficient) {
  MeanMfcc mfcc;
  mfcc.push(std::vector<float>(kMelBands, -20.0F));
  const auto coefficients = mfcc.finish(-80.0F);
  EXPECT_NEAR(coefficients[0], -20.0 * std::sqrt(static_cast<double>(kMelBands)), 1e-6);
  for (std::size_t c = 1; c < kMfccCount; ++c) EXPECT_NEAR(coefficients[c], 0, 1e-9);
}

TEST(MeanMfcc, QuietBandsAreLiftedToTheFloorOfTheWholeTrack) {
  MeanMfcc mfcc;
  mfcc.push(std::vector<float>(kMelBands, -90.0F));
  mfcc.push(std::vector<float>(kMelBands, 10.0F));
  const double mean_db = (-70.0 + 10.0) / 2;
  EXPECT_NEAR(mfcc.finish(-70.0F)[0], mean_db * std::sqrt(static_cast<double>(kMelBands)), 1e-6);
}

}  // namespace
}  // namespace hitscope
