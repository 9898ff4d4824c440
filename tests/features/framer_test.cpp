#include "features/framer.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace hitscope {
namespace {

std::vector<std::vector<float>> frames_of(std::span<const float> signal, std::size_t block) {
  Framer framer(8, 2);
  std::vector<std::vector<float>> frames;
  const auto keep = [&frames](std::span<const float> frame) {
    frames.emplace_back(frame.begin(), frame.end());
  };
  for (std::size_t start = 0; start < signal.size(); start += block) {
    framer.push(signal.subspan(start, std::min(block, signal.size() - start)), keep);
  }
  framer.finish(keep);
  return frames;
}

TEST(Framer, CentresFramesOnMultiplesOfTheHop) {
  const std::vector<float> signal = {1, 2, 3, 4, 5};
  const auto frames = frames_of(signal, 5);
  ASSERT_EQ(frames.size(), 3U);  // 1 + 5 / 2
  EXPECT_EQ(frames[0], (std::vector<float>{0, 0, 0, 0, 1, 2, 3, 4}));
  EXPECT_EQ(frames[1], (std::vector<float>{0, 0, 1, 2, 3, 4, 5, 0}));
  EXPECT_EQ(frames[2], (std::vector<float>{1, 2, 3, 4, 5, 0, 0, 0}));
}

TEST(Framer, NoSampleStillGivesOneFrameOfZeros) {
  const auto frames = frames_of({}, 1);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0], std::vector<float>(8, 0.0F));
}

TEST(Framer, BlockSizeDoesNotChangeTheFrames) {
  std::vector<float> signal(1000);
  std::iota(signal.begin(), signal.end(), 1.0F);
  const auto expected = frames_of(signal, signal.size());
  EXPECT_EQ(expected.size(), 501U);
  for (const std::size_t block : {1U, 2U, 3U, 7U, 64U, 999U}) EXPECT_EQ(frames_of(signal, block), expected);
}

}  // namespace
}  // namespace hitscope
