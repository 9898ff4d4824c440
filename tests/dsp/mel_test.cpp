#include "dsp/mel.h"

#include <gtest/gtest.h>

#include <vector>

namespace hitscope {
namespace {

TEST(Mel, ScaleIsLinearBelowOneKilohertzAndLogarithmicAbove) {
  EXPECT_DOUBLE_EQ(hz_to_mel(500), 7.5);
  EXPECT_DOUBLE_EQ(hz_to_mel(1000), 15.0);
  EXPECT_NEAR(hz_to_mel(6400), 42.0, 1e-9);  // 27 steps cover a factor of 6.4
  for (const double hz : {20.0, 440.0, 1000.0, 5000.0}) EXPECT_NEAR(mel_to_hz(hz_to_mel(hz)), hz, 1e-9);
}

TEST(MelBank, EveryFilterHasUnitArea) {
  // Slaney's normalisation: a flat spectrum of density 1 per bin gives 1 / bin width per band.
  constexpr std::size_t n_fft = 8192;
  constexpr double rate_hz = 22050;
  const MelBank bank(40, rate_hz, n_fft, 0, rate_hz / 2);
  const std::vector<float> flat(n_fft / 2 + 1, 1.0F);
  std::vector<float> energies(bank.size());
  bank.apply(flat, energies);
  for (const float energy : energies) EXPECT_NEAR(energy * rate_hz / n_fft, 1.0, 0.02);
}

TEST(MelBank, ALineFallsIntoTheBandsAroundIt) {
  constexpr std::size_t n_fft = 2048;
  const MelBank bank(128, 22050, n_fft, 0, 11025);
  std::vector<float> power(n_fft / 2 + 1, 0.0F);
  power[93] = 1.0F;  // 1,001 Hz
  std::vector<float> energies(bank.size());
  bank.apply(power, energies);
  std::size_t lit = 0;
  for (std::size_t band = 0; band < bank.size(); ++band) {
    if (energies[band] <= 0) continue;
    ++lit;
    const double centre_mel = hz_to_mel(11025) * static_cast<double>(band + 1) / 129;
    EXPECT_NEAR(centre_mel, hz_to_mel(93 * 22050.0 / n_fft), hz_to_mel(11025) / 129);
  }
  EXPECT_EQ(lit, 2U);
}

}  // namespace
}  // namespace hitscope
