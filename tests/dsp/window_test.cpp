#include "dsp/window.h"

#include <gtest/gtest.h>

#include <numeric>

namespace hitscope {
namespace {

TEST(HannWindow, IsPeriodicAndSumsToHalfItsLength) {
  const std::vector<float> window = hann_window(8);
  EXPECT_FLOAT_EQ(window[0], 0.0F);
  EXPECT_FLOAT_EQ(window[4], 1.0F);  // the middle of a periodic window
  EXPECT_FLOAT_EQ(window[2], window[6]);
  EXPECT_NEAR(std::accumulate(window.begin(), window.end(), 0.0), 4.0, 1e-6);
}

}  // namespace
}  // namespace hitscope
