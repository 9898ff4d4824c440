#include "report/track_report.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/samples.h"
#include "synth/song.h"
#include "synth/write_audio.h"

namespace hitscope {
namespace {

// A song of ten seconds, as the bytes of a FLAC file.
std::vector<std::byte> song_bytes() {
  synth::SongSpec spec;
  spec.duration_s = 10;
  spec.level_lufs = -16.0;
  const auto path =
      std::filesystem::temp_directory_path() / ("hitscope_report_" + std::to_string(::getpid()) + ".flac");
  EXPECT_TRUE(
      synth::write_audio(path, synth::render(spec), spec.sample_rate_hz, spec.channels, {.title = "Etude"}));
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::filesystem::remove(path);
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

class AnalyzeSource : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { bytes_ = song_bytes(); }
  static std::unique_ptr<ByteSource> source() { return open_view(bytes_); }
  static inline std::vector<std::byte> bytes_;
};

TEST_F(AnalyzeSource, MeasuresWhatWasRendered) {
  const Result<TrackReport> report = analyze_source(source());
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->title, "Etude");
  EXPECT_EQ(report->sha256.size(), 64U);
  EXPECT_EQ(report->audio.container, "flac");
  EXPECT_NEAR(report->analysis.features.duration_ms, 10000.0, 1.0);
  EXPECT_NEAR(report->analysis.features.integrated_lufs.value(), -16.0, 0.1);
  EXPECT_GT(report->analysis.dna.frames, 400U);
  EXPECT_FALSE(report->verdict);
  EXPECT_FALSE(report->error);
}

TEST_F(AnalyzeSource, MeasuresSamplesInMemoryAsTheFileThatHoldsThem) {
  const Result<TrackReport> from_file = analyze_source(source());
  ASSERT_TRUE(from_file);
  auto file = open_decoder(source());
  ASSERT_TRUE(file);
  const auto channels = static_cast<std::size_t>((*file)->info().channels);
  std::vector<float> samples(from_file->audio.frames_decoded * channels);
  for (std::size_t done = 0; done < samples.size();) {
    const auto frames = (*file)->read(std::span(samples).subspan(done));
    ASSERT_TRUE(frames);
    ASSERT_GT(*frames, 0U);
    done += *frames * channels;
  }
  auto decoder = open_samples({.data = samples.data(),
                               .frames = samples.size() / channels,
                               .channels = static_cast<int>(channels),
                               .frame_stride = static_cast<std::ptrdiff_t>(channels),
                               .sample_rate_hz = from_file->audio.sample_rate_hz});
  ASSERT_TRUE(decoder);
  const Result<TrackReport> report = analyze_decoder(**decoder);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->sha256.empty());
  EXPECT_EQ(report->analysis.dna.values, from_file->analysis.dna.values);
  EXPECT_EQ(report->analysis.features.tempo_bpm, from_file->analysis.features.tempo_bpm);
  EXPECT_EQ(report->analysis.features.integrated_lufs, from_file->analysis.features.integrated_lufs);
  EXPECT_EQ(report->analysis.features.mfcc, from_file->analysis.features.mfcc);
}

TEST_F(AnalyzeSource, TellsItsProgressInSecondsUpToTheEnd) {
  AnalyzeOptions options;
  double last = 0;
  options.progress = [&](double done_s, std::optional<double> known_s) {
    EXPECT_GT(done_s, last);
    EXPECT_NEAR(known_s.value(), 10.0, 1e-6);
    last = done_s;
  };
  ASSERT_TRUE(analyze_source(source(), options));
  EXPECT_NEAR(last, 10.0, 1e-6);
}

TEST_F(AnalyzeSource, StopsWhenCancelled) {
  const std::atomic<bool> cancelled{true};
  AnalyzeOptions options;
  options.cancelled = &cancelled;
  EXPECT_EQ(analyze_source(source(), options).error().kind, ErrorKind::interrupted);
}

TEST_F(AnalyzeSource, StopsAtTheDeadline) {
  AnalyzeOptions options;
  options.timeout_s = 1e-9;
  EXPECT_EQ(analyze_source(source(), options).error().kind, ErrorKind::timeout);
}

TEST_F(AnalyzeSource, PassesLimitsToTheDecoder) {
  AnalyzeOptions options;
  options.decode.max_seconds = 2;
  EXPECT_EQ(analyze_source(source(), options).error().kind, ErrorKind::too_long);
}

TEST_F(AnalyzeSource, MeasuresTheTruePeakOnlyWhenAsked) {
  EXPECT_FALSE(analyze_source(source())->analysis.features.true_peak_dbtp);
  AnalyzeOptions options;
  options.analyzer.true_peak = true;
  EXPECT_TRUE(analyze_source(source(), options)->analysis.features.true_peak_dbtp);
}

TEST(AnalyzeSourceErrors, WhatIsNoAudioIsSaidToBeNone) {
  const std::string text(5000, 'x');
  const auto bytes = std::as_bytes(std::span(text));
  const Result<TrackReport> report = analyze_source(open_view(bytes));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::unsupported_format);
}

}  // namespace
}  // namespace hitscope
