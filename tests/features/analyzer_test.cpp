#include "features/analyzer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "synth/signals.h"
#include "synth/song.h"

namespace hitscope {
namespace {

Analysis analyse(std::span<const float> interleaved, int rate_hz, int channels,
                 std::size_t block_frames = 4096) {
  Analyzer analyzer(rate_hz, channels);
  const std::size_t step = block_frames * static_cast<std::size_t>(channels);
  for (std::size_t start = 0; start < interleaved.size(); start += step) {
    analyzer.push(interleaved.subspan(start, std::min(step, interleaved.size() - start)));
  }
  auto analysis = analyzer.finish();
  EXPECT_TRUE(analysis) << analysis.error().message;
  return std::move(*analysis);
}

synth::SongSpec song() {
  synth::SongSpec spec;
  spec.tempo_bpm = 128;
  spec.key = 9;
  spec.mode = 0;
  spec.duration_s = 30;
  return spec;
}

TEST(Analyzer, HearsWhatTheSynthesiserPlayed) {
  const synth::SongSpec spec = song();
  const Analysis analysis = analyse(synth::render(spec), spec.sample_rate_hz, spec.channels);
  const TrackFeatures& features = analysis.features;
  EXPECT_NEAR(features.duration_ms, 30000, 1);
  ASSERT_TRUE(features.tempo_bpm);
  EXPECT_NEAR(*features.tempo_bpm, 128, 1);
  EXPECT_EQ(features.key, 9);
  EXPECT_EQ(features.mode, 0);
  ASSERT_TRUE(features.tuning_cents);
  EXPECT_NEAR(*features.tuning_cents, 0, 5);
  EXPECT_EQ(analysis.dna.frames, 1 + static_cast<std::uint32_t>(30 * kAnalysisRateHz / kHopLength));
  EXPECT_EQ(analysis.dna.values.size(), analysis.dna.frames * kDnaSeries);
}

TEST(Analyzer, WithoutFramesTheNumbersAreTheSame) {
  const synth::SongSpec spec = song();
  const std::vector<float> music = synth::render(spec);
  const Analysis with = analyse(music, spec.sample_rate_hz, spec.channels);
  Analyzer analyzer(spec.sample_rate_hz, spec.channels, {}, {.dna = false});
  analyzer.push(music);
  const auto without = analyzer.finish();
  ASSERT_TRUE(without);
  EXPECT_EQ(without->dna.frames, 0U);
  EXPECT_TRUE(without->dna.values.empty());
  EXPECT_EQ(without->features.rms, with.features.rms);
  EXPECT_EQ(without->features.tempo_bpm, with.features.tempo_bpm);
  EXPECT_EQ(without->features.chroma, with.features.chroma);
  EXPECT_EQ(without->features.key_confidence, with.features.key_confidence);
}

TEST(Analyzer, ASineHasTheCentroidRmsAndPitchClassOfTheory) {
  const Analysis analysis = analyse(synth::sine(440, -6.0206, 10), synth::kSampleRateHz, 1);
  const TrackFeatures& features = analysis.features;
  EXPECT_NEAR(*features.rms, 0.5 / std::sqrt(2.0), 2e-3);
  EXPECT_NEAR(*features.spectral_centroid_hz, 440, 5);
  EXPECT_NEAR(*features.zero_crossing_rate, 880.0 / kAnalysisRateHz, 5e-4);
  ASSERT_TRUE(features.chroma);
  const auto strongest = std::ranges::max_element(*features.chroma) - features.chroma->begin();
  EXPECT_EQ(strongest, 9);  // A
}

TEST(Analyzer, BlockSizeDoesNotChangeTheResult) {
  synth::SongSpec spec = song();
  spec.duration_s = 6;
  const std::vector<float> sound = synth::render(spec);
  const Analysis whole = analyse(sound, spec.sample_rate_hz, spec.channels, sound.size());
  for (const std::size_t block : {1U, 997U, 4096U, 65536U}) {
    const Analysis parts = analyse(sound, spec.sample_rate_hz, spec.channels, block);
    EXPECT_EQ(parts.dna.values, whole.dna.values) << block;
    EXPECT_EQ(parts.features.integrated_lufs, whole.features.integrated_lufs) << block;
    EXPECT_EQ(parts.features.rms, whole.features.rms) << block;
    EXPECT_EQ(parts.features.spectral_centroid_hz, whole.features.spectral_centroid_hz) << block;
    EXPECT_EQ(parts.features.chroma, whole.features.chroma) << block;
    EXPECT_EQ(parts.features.mfcc, whole.features.mfcc) << block;
    EXPECT_EQ(parts.features.tempo_bpm, whole.features.tempo_bpm) << block;
    EXPECT_EQ(parts.features.key_confidence, whole.features.key_confidence) << block;
  }
}

TEST(Analyzer, SilenceIsMeasuredAsUnknown) {
  const Analysis analysis = analyse(synth::silence(5), synth::kSampleRateHz, 1);
  const TrackFeatures& features = analysis.features;
  EXPECT_FALSE(features.tempo_bpm);
  EXPECT_FALSE(features.key);
  EXPECT_FALSE(features.integrated_lufs);
  EXPECT_FALSE(features.spectral_centroid_hz);
  EXPECT_EQ(features.rms, 0);
  EXPECT_EQ(analysis.warnings, std::vector<std::string>{"The signal is digital silence."});
}

TEST(Analyzer, NoiseHasNoSureTempoAndNoSureKey) {
  const Analysis analysis = analyse(synth::white_noise(-20, 20), synth::kSampleRateHz, 1);
  EXPECT_LT(analysis.features.tempo_confidence.value_or(0), 0.5);
  EXPECT_LT(analysis.features.key_confidence.value_or(0), 0.5);
}

TEST(Analyzer, LessThanOneFrameIsTooShort) {
  Analyzer analyzer(44100, 1);
  analyzer.push(synth::sine(440, -6, 0.05));
  const auto analysis = analyzer.finish();
  ASSERT_FALSE(analysis);
  EXPECT_EQ(analysis.error().kind, ErrorKind::too_short);
}

TEST(Analyzer, NoSampleAtAllIsTooShort) {
  Analyzer analyzer(44100, 2);
  const auto analysis = analyzer.finish();
  ASSERT_FALSE(analysis);
  EXPECT_EQ(analysis.error().kind, ErrorKind::too_short);
}

}  // namespace
}  // namespace hitscope
