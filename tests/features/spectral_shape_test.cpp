#include "features/spectral_shape.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "features/spectrum.h"
#include "synth/signals.h"

namespace hitscope {
namespace {

TEST(SpectralShape, OneLineIsItsOwnCentroidAndRolloffWithoutWidth) {
  std::vector<float> magnitude(kSpectrumBins, 0.0F);
  magnitude[100] = 3.0F;
  const SpectralShape shape = spectral_shape(magnitude);
  EXPECT_NEAR(shape.centroid_hz, 100 * kBinHz, 1e-6);
  EXPECT_NEAR(shape.bandwidth_hz, 0, 1e-3);
  EXPECT_NEAR(shape.rolloff_hz, 100 * kBinHz, 1e-9);
}

TEST(SpectralShape, TwoEqualLinesAreWideByHalfTheirDistance) {
  std::vector<float> magnitude(kSpectrumBins, 0.0F);
  magnitude[100] = 1.0F;
  magnitude[300] = 1.0F;
  const SpectralShape shape = spectral_shape(magnitude);
  EXPECT_NEAR(shape.centroid_hz, 200 * kBinHz, 1e-6);
  EXPECT_NEAR(shape.bandwidth_hz, 100 * kBinHz, 1e-6);
  EXPECT_NEAR(shape.rolloff_hz, 300 * kBinHz, 1e-9);
}

TEST(SpectralShape, AFlatSpectrumRollsOffAtEightyFivePercent) {
  const std::vector<float> magnitude(kSpectrumBins, 1.0F);
  const SpectralShape shape = spectral_shape(magnitude);
  EXPECT_NEAR(shape.centroid_hz, kAnalysisRateHz / 4.0, 1e-6);
  EXPECT_NEAR(shape.rolloff_hz, std::ceil(0.85 * kSpectrumBins - 1) * kBinHz, 1e-9);
}

TEST(SpectralShape, SilenceIsAllZero) {
  const SpectralShape shape = spectral_shape(std::vector<float>(kSpectrumBins, 0.0F));
  EXPECT_EQ(shape.centroid_hz, 0);
  EXPECT_EQ(shape.bandwidth_hz, 0);
  EXPECT_EQ(shape.rolloff_hz, 0);
}

TEST(Spectrum, AFullScaleSineReachesAQuarterOfTheFrameLength) {
  // Hann has a coherent gain of one half, a real sine splits into two lines: N / 2 / 2.
  const std::vector<float> sine = synth::sine(100 * kBinHz, 0, 0.2, kAnalysisRateHz);
  Spectrum spectrum;
  spectrum.compute(std::span(sine).subspan(0, kFftSize));
  EXPECT_NEAR(spectrum.magnitude()[100], kFftSize / 4.0, 1e-1);
  EXPECT_NEAR(spectrum.power()[100], std::pow(kFftSize / 4.0, 2), 1e2);
}

}  // namespace
}  // namespace hitscope
