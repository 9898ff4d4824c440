#include "synth/write_audio.h"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "synth/goertzel.h"
#include "synth/signals.h"

namespace hitscope::synth {
namespace {

class WriteAudio : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              (std::string("hitscope_write_audio_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::filesystem::path path(const char* name) const { return folder_ / name; }

  struct Read {
    SF_INFO info{};
    std::vector<float> samples;
    std::string title;
  };
  static Read read(const std::filesystem::path& file_path) {
    Read r;
    SNDFILE* file = sf_open(file_path.c_str(), SFM_READ, &r.info);
    EXPECT_NE(file, nullptr) << sf_strerror(nullptr);
    if (file == nullptr) return r;
    r.samples.resize(static_cast<std::size_t>(r.info.frames) * static_cast<std::size_t>(r.info.channels));
    EXPECT_EQ(sf_readf_float(file, r.samples.data(), r.info.frames), r.info.frames);
    const char* title = sf_get_string(file, SF_STR_TITLE);
    if (title != nullptr) r.title = title;
    sf_close(file);
    return r;
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(WriteAudio, LosslessFormatsReturnWhatWasWritten) {
  const auto samples = to_channels(sine(440.0, -6.0, 0.5), 2);
  for (const char* name : {"a.wav", "a.flac", "a.aiff", "a.aif", "A.FLAC"}) {
    ASSERT_TRUE(write_audio(path(name), samples, 44100, 2, {.title = "Ein Stück"})) << name;
    const Read back = read(path(name));
    EXPECT_EQ(back.info.samplerate, 44100);
    EXPECT_EQ(back.info.channels, 2);
    EXPECT_EQ(back.title, "Ein Stück") << name;
    ASSERT_EQ(back.samples.size(), samples.size()) << name;
    for (std::size_t i = 0; i < samples.size(); ++i)
      ASSERT_NEAR(back.samples[i], samples[i], 1.0 / 32767) << name;
  }
}

TEST_F(WriteAudio, DepthIsAChoice) {
  const auto samples = sine(1000.0, -90.0, 0.1);
  ASSERT_TRUE(write_audio(path("a.wav"), samples, 44100, 1, {.sample_format = SampleFormat::float32}));
  EXPECT_EQ(read(path("a.wav")).samples, samples);
  ASSERT_TRUE(write_audio(path("a.flac"), samples, 44100, 1, {.sample_format = SampleFormat::pcm24}));
  const Read back = read(path("a.flac"));
  for (std::size_t i = 0; i < samples.size(); ++i) ASSERT_NEAR(back.samples[i], samples[i], 1.0 / 8388607);
}

TEST_F(WriteAudio, LossyFormatsKeepTheTone) {
  const auto samples = to_channels(sine(1000.0, -6.0, 2.0, 48000), 2);
  for (const char* name : {"a.ogg", "a.opus", "a.mp3"}) {
    const auto written = write_audio(path(name), samples, 48000, 2, {.title = "Tone"});
    ASSERT_TRUE(written) << name << written.error().message;
    const Read back = read(path(name));
    EXPECT_EQ(back.info.channels, 2) << name;
    EXPECT_EQ(back.title, "Tone") << name;
    const auto left = channel_of(back.samples, 2, 0);
    ASSERT_GT(left.size(), 90000U) << name;
    EXPECT_NEAR(amplitude_at(std::span(left).subspan(24000, 48000), 1000.0, 48000), amplitude_of_db(-6.0),
                0.01)
        << name;
  }
}

TEST_F(WriteAudio, WhatIsTooLoudIsClippedNotWrapped) {
  ASSERT_TRUE(write_audio(path("a.wav"), std::vector<float>{2.0F, -2.0F, 0.0F}, 8000, 1));
  const Read back = read(path("a.wav"));
  EXPECT_NEAR(back.samples[0], 1.0, 1e-4);
  EXPECT_NEAR(back.samples[1], -1.0, 1e-4);
}

TEST_F(WriteAudio, ErrorsSayWhatIsWrong) {
  const std::vector<float> samples(100, 0.0F);
  const auto unknown = write_audio(path("a.xyz"), samples, 44100, 1);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::unsupported_format);
  EXPECT_NE(unknown.error().message.find(".xyz"), std::string::npos);

  const auto no_folder = write_audio(path("missing/a.wav"), samples, 44100, 1);
  ASSERT_FALSE(no_folder);
  EXPECT_EQ(no_folder.error().kind, ErrorKind::unreadable);
  EXPECT_NE(no_folder.error().message.find("folder"), std::string::npos);

  const auto float_flac =
      write_audio(path("a.flac"), samples, 44100, 1, {.sample_format = SampleFormat::float32});
  ASSERT_FALSE(float_flac);
  EXPECT_EQ(float_flac.error().kind, ErrorKind::unsupported_format);

  const auto opus_rate = write_audio(path("a.opus"), samples, 44100, 1);
  ASSERT_FALSE(opus_rate);
  EXPECT_EQ(opus_rate.error().kind, ErrorKind::unsupported_format);
  EXPECT_FALSE(std::filesystem::exists(path("a.opus")));

  EXPECT_FALSE(write_audio(path("a.wav"), samples, 44100, 0));
  const auto ragged = write_audio(path("a.wav"), samples, 44100, 3);
  ASSERT_FALSE(ragged);
  EXPECT_EQ(ragged.error().kind, ErrorKind::internal);
}

TEST_F(WriteAudio, NothingIsAValidFile) {
  ASSERT_TRUE(write_audio(path("a.wav"), {}, 44100, 2));
  EXPECT_EQ(read(path("a.wav")).info.frames, 0);
}

}  // namespace
}  // namespace hitscope::synth
