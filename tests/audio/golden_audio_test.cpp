// Against the reference recordings and the odd and malformed files of shared/audio; skipped without them.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "audio/fixtures.h"

namespace hitscope {
namespace {

namespace fs = std::filesystem;

class GoldenAudio : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(testing::shared_audio() / "odd_expect.csv")) GTEST_SKIP() << "no reference material";
  }
};

struct Expectation {
  std::string path;
  std::string verdict;
  double decoded_s = 0.0;  // 0: nothing
};

std::vector<Expectation> read_expectations() {
  std::ifstream file(testing::shared_audio() / "odd_expect.csv");
  std::vector<Expectation> all;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    Expectation one;
    std::string seconds;
    std::getline(cells, one.path, ',');
    std::getline(cells, one.verdict, ',');
    std::getline(cells, seconds, ',');
    if (!seconds.empty()) one.decoded_s = std::stod(seconds);
    all.push_back(one);
  }
  return all;
}

std::vector<std::string> split_csv(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char letter : line) {
    if (letter == '"') {
      quoted = !quoted;
    } else if (letter == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back().push_back(letter);
    }
  }
  return cells;
}

// Files where we differ from FFmpeg 5.1's program on purpose.
const std::map<std::string, double>& our_durations_s() {
  static const std::map<std::string, double> durations = {
      {"odd/mp3_freeformat_320.mp3", 6.0},          // FFmpeg knows no free format
      {"odd/mp3_id3_size_lies_past_eof.mp3", 6.0},  // we pass the lying tag over
      {"odd/mp3_garbage_middle.mp3", 5.95},         // we do not play the garbage
      {"odd/samplerate_1Hz.wav", 0.0},              // below our limits
      {"odd/mutagen_lame397v9short.mp3", 0.01},     // the samples of its only frame
  };
  return durations;
}

TEST_F(GoldenAudio, OddFilesDecodeToTheExpectedLength) {
  for (const Expectation& expected : read_expectations()) {
    const auto ours = our_durations_s().find(expected.path);
    const double wanted_s = ours != our_durations_s().end() ? ours->second : expected.decoded_s;
    const auto decoded = testing::decode_file(testing::shared_audio() / expected.path);
    const double got_s = decoded ? decoded->info.duration_s() : 0.0;
    EXPECT_NEAR(got_s, wanted_s, 0.12) << expected.path << (decoded ? "" : ": " + decoded.error().message);
    if (!decoded) {
      EXPECT_NE(decoded.error().kind, ErrorKind::internal) << expected.path;
    }
  }
}

TEST_F(GoldenAudio, OddFilesFailWithThePreciseType) {
  const std::map<std::string, ErrorKind> kinds = {
      {"html_renamed.wav", ErrorKind::unsupported_format},
      {"json_renamed.ogg", ErrorKind::unsupported_format},
      {"text_renamed.mp3", ErrorKind::unsupported_format},
      {"random_bytes.mp3", ErrorKind::unsupported_format},
      {"random_bytes.ogg", ErrorKind::corrupt},  // it begins like an Ogg page
      {"zero_length.flac", ErrorKind::too_short},
      {"essentia_empty.mp3", ErrorKind::too_short},
      {"essentia_empty.ogg", ErrorKind::too_short},
      {"trunc_header_only.flac", ErrorKind::corrupt},
      {"trunc_moov_missing.m4a", ErrorKind::corrupt},
      {"ogg_60_corrupt_bytes.ogg", ErrorKind::corrupt},
      {"video_no_audio.mp4", ErrorKind::unsupported_format},
      {"samplerate_1Hz.wav", ErrorKind::unsupported_format},
      {"mutagen_truncated-64bit.mp4", ErrorKind::corrupt},
  };
  for (const auto& [name, kind] : kinds) {
    const auto decoded = testing::decode_file(testing::shared_audio() / "odd" / name);
    ASSERT_FALSE(decoded) << name;
    EXPECT_EQ(type_name(decoded.error().kind), type_name(kind)) << name << ": " << decoded.error().message;
  }
}

TEST_F(GoldenAudio, CutFilesSaySo) {
  for (const char* name :
       {"trunc_50pct.flac", "trunc_60pct.ogg", "mp3_400_corrupt_bytes.mp3", "mp3_garbage_middle.mp3"}) {
    const auto decoded = testing::decode_file(testing::shared_audio() / "odd" / name);
    ASSERT_TRUE(decoded) << name;
    EXPECT_FALSE(decoded->info.warnings.empty()) << name;
  }
}

// The FLAC working group's files: the valid ones decode without a word, the faulty ones never break anything.
TEST_F(GoldenAudio, FlacTestFiles) {
  const std::set<std::string> undecodable = {"faulty_06", "faulty_08", "faulty_11"};
  for (const auto& entry : fs::directory_iterator(testing::shared_audio() / "flac_test_files")) {
    const std::string name = entry.path().filename().string();
    const auto decoded = testing::decode_file(entry.path());
    if (undecodable.contains(name.substr(0, 9))) {
      EXPECT_TRUE(decoded || decoded.error().kind == ErrorKind::corrupt) << name;
      continue;
    }
    ASSERT_TRUE(decoded) << name << ": " << decoded.error().message;
    EXPECT_EQ(decoded->info.codec, "flac");
    if (name.starts_with("subset")) {
      EXPECT_TRUE(decoded->info.warnings.empty()) << name;
    }
  }
}

// manifest.csv: path, ..., sample_rate, channels, duration by FFmpeg.
TEST_F(GoldenAudio, EveryRecordingHasTheManifestsForm) {
  std::ifstream file(testing::shared_audio() / "manifest.csv");
  std::string line;
  std::getline(file, line);
  int checked = 0;
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = split_csv(line);
    if (cells.size() < 8 || cells[0].starts_with("odd/") || cells[0].starts_with("flac_test_files/") ||
        cells[7].empty())
      continue;
    const double seconds = std::stod(cells[7]);
    if (seconds > 40.0) continue;  // the short ones suffice, and keep the test quick
    const auto decoded = testing::decode_file(testing::shared_audio() / cells[0]);
    ASSERT_TRUE(decoded) << cells[0] << ": " << decoded.error().message;
    EXPECT_EQ(std::to_string(decoded->info.sample_rate_hz), cells[5]) << cells[0];
    EXPECT_EQ(std::to_string(decoded->info.channels), cells[6]) << cells[0];
    EXPECT_NEAR(decoded->info.duration_s(), seconds, 0.12) << cells[0];
    ++checked;
  }
  EXPECT_GT(checked, 10);
}

}  // namespace
}  // namespace hitscope
