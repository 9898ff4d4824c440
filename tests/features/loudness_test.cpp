#include "features/loudness.h"

#include <ebur128.h>
#include <gtest/gtest.h>

#include <vector>

#include "synth/signals.h"

namespace hitscope {
namespace {

LoudnessResult measure(std::span<const float> interleaved, int channels,
                       const std::vector<std::string>& layout = {}, int rate_hz = 48000) {
  Loudness loudness(rate_hz, channels, layout, true);
  loudness.push(interleaved);
  return loudness.finish();
}

TEST(Loudness, AStereoSineAtMinus23DbfsIsMinus23Lufs) {
  // EBU Tech 3341, case 1: 1 kHz at -23 dBFS peak in both channels.
  const auto sine = synth::to_channels(synth::sine(1000, -23, 20, 48000), 2);
  const LoudnessResult result = measure(sine, 2);
  ASSERT_TRUE(result.integrated_lufs);
  EXPECT_NEAR(*result.integrated_lufs, -23, 0.1);
  EXPECT_NEAR(*result.loudness_range_lu, 0, 0.1);
  EXPECT_NEAR(*result.true_peak_dbtp, -23, 0.2);
}

TEST(Loudness, OneChannelAloneIsThreeLuLess) {
  const LoudnessResult result = measure(synth::sine(1000, -23, 20, 48000), 1);
  EXPECT_NEAR(*result.integrated_lufs, -26, 0.1);
}

TEST(Loudness, RangeIsTheDistanceOfTwoLevels) {
  // EBU Tech 3342, case 1: 20 s at -20 LUFS, then 20 s at -30 LUFS: a range of 10 LU.
  const std::vector<double> levels = {-20, -30};
  const auto steps = synth::to_channels(synth::level_steps(1000, levels, 20, 48000), 2);
  EXPECT_NEAR(*measure(steps, 2).loudness_range_lu, 10, 1);
}

TEST(Loudness, TheLowFrequencyChannelDoesNotCount) {
  const std::vector<float> tone = synth::sine(1000, -20, 5, 48000);
  std::vector<float> interleaved(tone.size() * 3);
  for (std::size_t i = 0; i < tone.size(); ++i) {
    interleaved[3 * i] = interleaved[3 * i + 1] = tone[i];
    interleaved[3 * i + 2] = 4 * tone[i];
  }
  const auto front_only = measure(interleaved, 3, {"FL", "FR", "LFE"});
  EXPECT_NEAR(*front_only.integrated_lufs, -20, 0.1);
}

TEST(Loudness, EqualsTheReferenceImplementation) {
  // Noise whose level wanders, so that both gates and the range have something to do.
  const std::vector<double> levels = {-12, -30, -50, -80, -18, -24, -9};
  for (const int rate_hz : {8000, 22050, 44100, 48000, 96000}) {
    for (const int channels : {1, 2, 3, 4, 5, 6}) {
      std::vector<float> interleaved;
      for (std::size_t i = 0; i < levels.size(); ++i) {
        const auto noise = synth::pink_noise(levels[i], 3.37, i + 1, rate_hz);
        for (const float sample : noise) {
          for (int c = 0; c < channels; ++c) {
            interleaved.push_back(sample * (1.0F - 0.1F * static_cast<float>(c)));
          }
        }
      }
      ebur128_state* reference =
          ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(rate_hz),
                       EBUR128_MODE_I | EBUR128_MODE_LRA);
      ebur128_add_frames_float(reference, interleaved.data(),
                               interleaved.size() / static_cast<std::size_t>(channels));
      double integrated_lufs = 0;
      double range_lu = 0;
      ebur128_loudness_global(reference, &integrated_lufs);
      ebur128_loudness_range(reference, &range_lu);
      ebur128_destroy(&reference);

      Loudness loudness(rate_hz, channels, {}, false);
      loudness.push(interleaved);
      const LoudnessResult result = loudness.finish();
      ASSERT_TRUE(result.integrated_lufs && result.loudness_range_lu);
      EXPECT_NEAR(*result.integrated_lufs, integrated_lufs, 1e-6)
          << rate_hz << " Hz, " << channels << " channels";
      EXPECT_NEAR(*result.loudness_range_lu, range_lu, 1e-6) << rate_hz << " Hz, " << channels << " channels";
    }
  }
}

TEST(Loudness, SilenceAndShortSoundsHaveNone) {
  EXPECT_FALSE(measure(synth::silence(5, 48000), 1).integrated_lufs);
  EXPECT_FALSE(measure(synth::sine(1000, -20, 0.3, 48000), 1).integrated_lufs);  // below one 400 ms block
}

}  // namespace
}  // namespace hitscope
