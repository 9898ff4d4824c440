#include "audio/format_keeper.h"

#include <gtest/gtest.h>

#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

TEST(FormatKeeper, TheFirstFormatPassesUntouched) {
  FormatKeeper keeper(44100, 2);
  const auto in = testing::tones(44100, 2, 0.01);
  const auto out = keeper.convert(in, 44100, 2);
  EXPECT_EQ(out.data(), in.data());  // not even copied
  EXPECT_FALSE(keeper.converted());
  EXPECT_TRUE(keeper.flush().empty());
}

TEST(FormatKeeper, MonoIsCopiedToEachChannel) {
  FormatKeeper keeper(44100, 3);
  const std::vector<float> mono = {0.5F, -0.25F};
  const auto out = keeper.convert(mono, 44100, 1);
  EXPECT_EQ(std::vector<float>(out.begin(), out.end()),
            (std::vector<float>{0.5F, 0.5F, 0.5F, -0.25F, -0.25F, -0.25F}));
  EXPECT_TRUE(keeper.converted());
}

TEST(FormatKeeper, StereoIsAveragedForMono) {
  FormatKeeper keeper(44100, 1);
  const std::vector<float> stereo = {1.0F, 0.0F, 0.5F, -0.5F};
  const auto out = keeper.convert(stereo, 44100, 2);
  EXPECT_EQ(std::vector<float>(out.begin(), out.end()), (std::vector<float>{0.5F, 0.0F}));
}

TEST(FormatKeeper, AStretchOfAnotherRateKeepsItsDuration) {
  FormatKeeper keeper(44100, 2);
  std::size_t samples = keeper.convert(testing::tones(44100, 2, 1.0), 44100, 2).size();
  samples += keeper.convert(testing::tones(48000, 1, 1.0), 48000, 1).size();
  samples += keeper.convert(testing::tones(22050, 2, 1.0), 22050, 2).size();
  samples += keeper.convert(testing::tones(44100, 2, 1.0), 44100, 2).size();
  samples += keeper.flush().size();
  EXPECT_EQ(samples, 4U * 44100U * 2U);
}

}  // namespace
}  // namespace hitscope
