#include "audio/destroyed.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace hitscope {
namespace {

TEST(Destroyed, LoudButPossibleIsKept) {
  std::array<float, 4> block = {0.5F, -8.0F, 8.0F, -0.0F};
  const auto before = block;
  EXPECT_FALSE(silence_if_destroyed(block));
  EXPECT_EQ(block, before);
  EXPECT_FALSE(silence_if_destroyed({}));
}

TEST(Destroyed, ImpossibleBecomesSilence) {
  for (const float value : {8.001F, -8.001F, 1e30F, std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(),
                            -std::numeric_limits<float>::quiet_NaN()}) {
    std::array<float, 3> block = {0.5F, value, -0.5F};
    EXPECT_TRUE(silence_if_destroyed(block)) << value;
    EXPECT_EQ(block, (std::array<float, 3>{})) << value;
  }
}

}  // namespace
}  // namespace hitscope
