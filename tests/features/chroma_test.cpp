#include "features/chroma.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include "audio/decoder.h"
#include "audio/downmix.h"
#include "audio/resampler.h"
#include "features/track_features.h"

namespace hitscope {
namespace {

void add_note(std::vector<float>& signal, double midi_note, double amplitude = 0.2) {
  const double hz = 440 * std::exp2((midi_note - 69) / 12);
  for (std::size_t i = 0; i < signal.size(); ++i) {
    signal[i] += static_cast<float>(
        amplitude * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / kAnalysisRateHz));
  }
}

ChromaResult chroma_of(std::span<const float> signal, std::size_t block = 4096, double tuning_cents = 0) {
  ChromaStage stage;
  for (std::size_t at = 0; at < signal.size(); at += block) {
    stage.push(signal.subspan(at, std::min(block, signal.size() - at)));
  }
  return stage.finish(tuning_cents);
}

std::size_t strongest(const std::array<double, 12>& chroma) {
  return static_cast<std::size_t>(std::max_element(chroma.begin(), chroma.end()) - chroma.begin());
}

TEST(Chroma, HearsEveryPitchClassInEveryOctave) {
  for (int note = 24; note < 108; note += 5) {
    std::vector<float> signal(4 * kAnalysisRateHz);
    add_note(signal, note);
    const auto result = chroma_of(signal);
    ASSERT_TRUE(result.mean);
    EXPECT_EQ(strongest(*result.mean), static_cast<std::size_t>(note % 12)) << note;
    EXPECT_NEAR((*result.mean)[static_cast<std::size_t>(note % 12)], 1.0, 0.03);
    EXPECT_LT((*result.mean)[static_cast<std::size_t>((note + 6) % 12)], 0.05) << note;
  }
}

TEST(Chroma, KeepsTheOctavesOfAChordApartFromItsNotes) {
  std::vector<float> signal(3 * kAnalysisRateHz);
  for (const double note : {48.0, 60.0, 64.0, 67.0}) add_note(signal, note);
  const auto mean = chroma_of(signal).mean.value();
  for (const std::size_t in : {0UL, 4UL, 7UL}) {
    for (const std::size_t out : {1UL, 2UL, 6UL, 9UL, 10UL})
      EXPECT_GT(mean[in], 2 * mean[out]) << in << ' ' << out;
  }
}

TEST(Chroma, GivesARowEveryHop) {
  for (const std::size_t n : {1UL, 511UL, 512UL, 1024UL, 22050UL}) {
    EXPECT_EQ(chroma_of(std::vector<float>(n, 0.1F)).frames.size(), 1 + n / kHopLength) << n;
  }
}

TEST(Chroma, FollowsTheNotesInTime) {
  std::vector<float> low(2 * kAnalysisRateHz);
  add_note(low, 60);
  std::vector<float> high(2 * kAnalysisRateHz);
  add_note(high, 69);
  low.insert(low.end(), high.begin(), high.end());
  const auto frames = chroma_of(low).frames;
  const std::size_t second = static_cast<std::size_t>(kAnalysisRateHz) / kHopLength;
  EXPECT_EQ(frames[second][0], 255);
  EXPECT_EQ(frames[3 * second][9], 255);
}

TEST(Chroma, DoesNotDependOnTheBlocks) {
  std::vector<float> signal(30000);
  add_note(signal, 64.2);
  add_note(signal, 57.9);
  const auto whole = chroma_of(signal, signal.size());
  const auto pieces = chroma_of(signal, 333);
  EXPECT_EQ(whole.mean, pieces.mean);
  EXPECT_EQ(whole.frames, pieces.frames);
}

TEST(Chroma, IsZeroInSilenceAndUnknownWithoutASample) {
  const auto silent = chroma_of(std::vector<float>(22050));
  EXPECT_EQ(silent.mean.value(), (std::array<double, 12>{}));
  EXPECT_FALSE(chroma_of({}).mean);
  EXPECT_TRUE(chroma_of({}).frames.empty());
}

// librosa's own means (golden/librosa.csv) of recordings of several kinds.
class ChromaOfRecordings : public testing::TestWithParam<const char*> {};

std::filesystem::path shared() {
  const char* folder = std::getenv("HITSCOPE_SHARED");
  return folder != nullptr ? std::filesystem::path(folder)
                           : std::filesystem::path(HITSCOPE_SOURCE_DIR) / "../shared";
}

std::vector<double> golden_chroma(const std::string& recording) {
  std::ifstream table(shared() / "golden/librosa.csv");
  std::string line;
  std::getline(table, line);
  std::vector<std::string> header;
  for (std::istringstream cells(line); std::getline(cells, line, ',');) header.push_back(line);
  const auto first =
      static_cast<std::size_t>(std::find(header.begin(), header.end(), "chroma_cqt_0") - header.begin());
  while (std::getline(table, line)) {
    if (!line.starts_with(recording + ",")) continue;
    std::vector<double> chroma;
    std::istringstream cells(line);
    std::string cell;
    for (std::size_t i = 0; i < first + 12 && std::getline(cells, cell, ','); ++i) {
      if (i >= first) chroma.push_back(std::stod(cell));
    }
    return chroma;
  }
  return {};
}

std::vector<float> mono_of(const std::filesystem::path& path) {
  auto decoder = open_decoder(open_file(path.string()).value()).value();
  const AudioInfo& info = decoder->info();
  Resampler resampler(info.sample_rate_hz, kAnalysisRateHz);
  std::vector<float> interleaved(4096 * static_cast<std::size_t>(info.channels));
  std::vector<float> mixed(4096);
  std::vector<float> mono;
  const auto append = [&mono](std::span<const float> samples) {
    mono.insert(mono.end(), samples.begin(), samples.end());
  };
  while (const std::size_t frames = decoder->read(interleaved).value()) {
    const auto block = std::span(interleaved).first(frames * static_cast<std::size_t>(info.channels));
    downmix(block, info.channels, std::span(mixed).first(frames));
    append(resampler.process(std::span(mixed).first(frames)));
  }
  append(resampler.flush());
  return mono;
}

TEST_P(ChromaOfRecordings, AgreesWithLibrosa) {
  const auto path = shared() / "audio" / GetParam();
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "needs the reference recordings (HITSCOPE_SHARED)";
  const auto want = golden_chroma(GetParam());
  ASSERT_EQ(want.size(), 12U);
  const auto have = chroma_of(mono_of(path)).mean.value();
  for (std::size_t c = 0; c < 12; ++c) EXPECT_NEAR(have[c], want[c], 0.04) << c;
}

INSTANTIATE_TEST_SUITE_P(Reference, ChromaOfRecordings,
                         testing::Values("librosa_test_data/test1_22050.wav",
                                         "midi_nottingham/Scotland_the_Brave_reelsr-t39.ogg",
                                         "midi_mma/mma_02_SoftRock.mp3"));

}  // namespace
}  // namespace hitscope
