#include "features/key_evidence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace hitscope {
namespace {

using Frame = std::vector<float>;

// A bell over frequency with its maximum `height` at `bin`, as a partial makes it.
void add_peak(Frame& frame, double bin, double height) {
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const double distance = static_cast<double>(i) - bin;
    if (std::abs(distance) < 2) frame[i] += static_cast<float>(height * (1 - distance * distance / 4));
  }
}

std::vector<PitchSlot> collect(const Frame& frame, std::size_t count) {
  PitchSlotCollector collector;
  for (std::size_t i = 0; i < count; ++i) collector.push(frame);
  return collector.finish();
}

TEST(KeyEvidence, PutsAPeakIntoItsClassWhateverItsOctave) {
  for (const std::size_t octave : {1UL, 3UL, 6UL}) {
    Frame frame(ConstantQ::kBins);
    add_peak(frame, static_cast<double>(36 * octave + 21), 5);
    const auto slots = collect(frame, 8);
    ASSERT_EQ(slots.size(), 1U);
    for (std::size_t i = 0; i < PitchSlot::kClasses; ++i)
      EXPECT_EQ(slots[0].pitches[i], i == 21 ? 255 : 0) << i;
    EXPECT_FLOAT_EQ(slots[0].level, 5);
  }
}

TEST(KeyEvidence, SharesAPeakBetweenTwoClassesByItsPlace) {
  Frame frame(ConstantQ::kBins);
  add_peak(frame, 120.25, 1);
  const auto slot = collect(frame, 8).at(0);
  EXPECT_NEAR(slot.pitches[120 % 36], 0.75 * 255, 2);
  EXPECT_NEAR(slot.pitches[121 % 36], 0.25 * 255, 2);
}

TEST(KeyEvidence, LeavesTheLowestOctaveOut) {
  Frame frame(ConstantQ::kBins);
  add_peak(frame, 20, 9);
  add_peak(frame, 100, 1);
  const auto slot = collect(frame, 8).at(0);
  EXPECT_EQ(slot.pitches[20], 0);
  EXPECT_EQ(slot.pitches[100 % 36], 255);
}

TEST(KeyEvidence, WeighsQuietFramesLikeLoudOnes) {
  Frame loud(ConstantQ::kBins);
  add_peak(loud, 100, 10);
  Frame quiet(ConstantQ::kBins);
  add_peak(quiet, 110, 0.01);
  PitchSlotCollector collector;
  for (int i = 0; i < 4; ++i) collector.push(loud);
  for (int i = 0; i < 4; ++i) collector.push(quiet);
  const auto slot = collector.finish().at(0);
  EXPECT_EQ(slot.pitches[100 % 36], 128);  // half of 255, rounded
  EXPECT_EQ(slot.pitches[110 % 36], 128);
}

TEST(KeyEvidence, MakesASlotOfEightFramesAndKeepsAHalfFullOne) {
  Frame frame(ConstantQ::kBins);
  add_peak(frame, 100, 1);
  for (const auto& [frames, slots] :
       {std::pair{0UL, 0UL}, {1UL, 1UL}, {8UL, 1UL}, {10UL, 1UL}, {12UL, 2UL}, {24UL, 3UL}}) {
    EXPECT_EQ(collect(frame, frames).size(), slots) << frames;
  }
}

TEST(KeyEvidence, IsEmptyInSilence) {
  const auto slot = collect(Frame(ConstantQ::kBins), 8).at(0);
  EXPECT_EQ(std::accumulate(slot.pitches.begin(), slot.pitches.end(), 0), 0);
  EXPECT_EQ(slot.level, 0);
}

}  // namespace
}  // namespace hitscope
