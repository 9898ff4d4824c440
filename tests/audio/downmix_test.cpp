#include "audio/downmix.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace hitscope {
namespace {

TEST(Downmix, MonoStaysAsItIs) {
  const std::array<float, 3> in = {0.25F, -1.0F, 3.0F};
  std::array<float, 3> mono{};
  downmix(in, 1, mono);
  EXPECT_EQ(mono, in);
}

TEST(Downmix, StereoIsTheMean) {
  const std::array<float, 4> in = {1.0F, 0.5F, -0.25F, 0.25F};
  std::array<float, 2> mono{};
  downmix(in, 2, mono);
  EXPECT_FLOAT_EQ(mono[0], 0.75F);
  EXPECT_FLOAT_EQ(mono[1], 0.0F);
}

TEST(Downmix, ManyChannelsCountAlike) {
  for (int channels = 3; channels <= 8; ++channels) {
    std::vector<float> in;
    for (int c = 1; c <= channels; ++c) in.push_back(static_cast<float>(c));
    std::array<float, 1> mono{};
    downmix(in, channels, mono);
    EXPECT_FLOAT_EQ(mono[0], static_cast<float>(channels + 1) / 2.0F);  // 1 + 2 + ... + n over n
  }
}

}  // namespace
}  // namespace hitscope
