#include "features/waveform.h"

#include <gtest/gtest.h>

#include <vector>

#include "synth/signals.h"

namespace hitscope {
namespace {

std::vector<WaveformFrame> frames_of(std::span<const float> samples) {
  Waveform waveform;
  std::vector<WaveformFrame> frames;
  const auto keep = [&frames](const WaveformFrame& frame) { frames.push_back(frame); };
  waveform.push(samples, keep);
  waveform.finish(keep);
  return frames;
}

TEST(Waveform, AFullScaleSineHasAnRmsOfOneOverRootTwo) {
  const std::vector<float> sine = synth::sine(440, 0, 1, kAnalysisRateHz);
  const auto frames = frames_of(sine);
  ASSERT_EQ(frames.size(), 1 + sine.size() / kHopLength);
  EXPECT_NEAR(frames[frames.size() / 2].rms, 0.70711, 2e-3);  // a frame does not hold whole cycles
  EXPECT_NEAR(frames[0].rms, 0.5, 5e-3);  // half of the first frame lies before the beginning
}

TEST(Waveform, ASineCrossesZeroTwiceACycle) {
  const auto frames = frames_of(synth::sine(1000, -6, 1, kAnalysisRateHz));
  EXPECT_NEAR(frames[frames.size() / 2].zero_crossing_rate, 2 * 1000.0 / kAnalysisRateHz, 1.0 / kFftSize);
}

TEST(Waveform, CrossingsAreCountedInsideTheFrameOnly) {
  // +1 for 1,024 samples, then -1: the one crossing, into sample 1,024, is inside the frames that start
  // before it.
  std::vector<float> step(4096, -1.0F);
  std::fill_n(step.begin(), 1024, 1.0F);
  const auto frames = frames_of(step);
  const double one = 1.0 / kFftSize;
  EXPECT_DOUBLE_EQ(frames[0].zero_crossing_rate, 0);    // samples -1024 .. 1023
  EXPECT_DOUBLE_EQ(frames[1].zero_crossing_rate, one);  // -512 .. 1535
  EXPECT_DOUBLE_EQ(frames[3].zero_crossing_rate, one);  // 512 .. 2559
  EXPECT_DOUBLE_EQ(frames[4].zero_crossing_rate, 0);    // starts at 1024 itself
}

TEST(Waveform, TinySamplesCountAsPositiveZero) {
  const std::vector<float> noise = {1e-11F, -1e-11F, 1e-11F, -1e-11F};
  EXPECT_DOUBLE_EQ(frames_of(noise)[0].zero_crossing_rate, 0);
}

}  // namespace
}  // namespace hitscope
