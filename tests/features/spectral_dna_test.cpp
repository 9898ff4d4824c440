#include "features/spectral_dna.h"

#include <gtest/gtest.h>

#include <cmath>

#include "dsp/mel.h"
#include "features/dna_builder.h"
#include "features/spectrum.h"
#include "synth/signals.h"

namespace hitscope {
namespace {

SpectralDna example() {
  SpectralDna dna;
  dna.frames = 3;
  dna.values.resize(3 * kDnaSeries);
  for (std::size_t i = 0; i < dna.values.size(); ++i) dna.values[i] = static_cast<std::uint8_t>(i);
  dna.scales[1] = {5.0F, 13.43F};
  return dna;
}

TEST(SpectralDna, DecodingUndoesEncoding) {
  const SpectralDna dna = example();
  const auto decoded = decode_dna(encode_dna(dna));
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->frames, dna.frames);
  EXPECT_EQ(decoded->hop_seconds, dna.hop_seconds);
  EXPECT_EQ(decoded->values, dna.values);
  EXPECT_EQ(decoded->scales[1].maximum, 13.43F);
  EXPECT_EQ(decoded->series(2)[1], 2 * 3 + 1);
}

TEST(SpectralDna, EveryTruncationIsRefused) {
  const auto bytes = encode_dna(example());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = decode_dna(std::span(bytes).first(size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().kind, ErrorKind::corrupt);
  }
}

TEST(SpectralDna, ForeignAndNewerFilesAreNamed) {
  auto bytes = encode_dna(example());
  bytes[4] = std::byte{9};
  EXPECT_EQ(decode_dna(bytes).error().detail, "version 9, this program reads 1");
  bytes[0] = std::byte{'X'};
  EXPECT_EQ(decode_dna(bytes).error().detail, "it does not begin with HDNA");
}

TEST(DnaBuilder, AFullScaleSineIsAtTheTopOfItsBandAndScales) {
  const double frequency_hz = 200 * kBinHz;  // 2,153 Hz
  const auto sine = synth::sine(frequency_hz, 0, 0.2, kAnalysisRateHz);
  Spectrum spectrum;
  spectrum.compute(std::span(sine).first(kFftSize));
  DnaBuilder builder;
  builder.push({1.0, frequency_hz, 8.0}, spectrum.power());
  const std::array<std::array<std::uint8_t, kDnaChroma>, 1> chroma = {
      {{255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 51}}};
  const SpectralDna dna = builder.finish(chroma);
  ASSERT_EQ(dna.frames, 1U);
  EXPECT_EQ(dna.series(0)[0], 255);  // 0 dBFS
  EXPECT_NEAR(dna.series(1)[0], 255 * (std::log2(frequency_hz) - 5) / 8.43, 1);
  EXPECT_EQ(dna.series(2)[0], 128);
  EXPECT_EQ(dna.series(3)[0], 255);
  EXPECT_EQ(dna.series(14)[0], 51);
  const auto band = static_cast<std::size_t>(hz_to_mel(frequency_hz) / hz_to_mel(11025) * kDnaBands);
  for (std::size_t b = 0; b < kDnaBands; ++b) {
    if (b == band) {
      EXPECT_GE(dna.series(15 + b)[0], 253);
    }
    if (b + 1 < band || b > band + 1) {
      EXPECT_LT(dna.series(15 + b)[0], 128) << b;
    }
  }
}

TEST(DnaBuilder, FramesThatChromaLacksRepeatItsLast) {
  DnaBuilder builder;
  const std::vector<float> power(kSpectrumBins, 0.0F);
  for (int i = 0; i < 3; ++i) builder.push({}, power);
  const std::array<std::array<std::uint8_t, kDnaChroma>, 2> chroma = {{{1}, {7}}};
  const SpectralDna dna = builder.finish(chroma);
  EXPECT_EQ(dna.series(3)[0], 1);
  EXPECT_EQ(dna.series(3)[2], 7);
  EXPECT_EQ(dna.series(1)[0], 0);  // silence
}

}  // namespace
}  // namespace hitscope
