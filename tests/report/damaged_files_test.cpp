// Every odd and every FLAC conformance file of the reference material (HITSCOPE_SHARED, default ../shared),
// whole and cut off at twenty random places: a result or a typed error, within ten seconds. Under
// AddressSanitizer this is also: no crash and no leak. The decoders' own tests do the same on made files.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "report/track_report.h"

namespace hitscope {
namespace {

namespace fs = std::filesystem;

fs::path shared_audio() {
  const char* folder = std::getenv("HITSCOPE_SHARED");
  return (folder != nullptr ? fs::path(folder) : fs::path(HITSCOPE_SOURCE_DIR) / ".." / "shared") / "audio";
}

std::vector<fs::path> files_of(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(shared_audio() / folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::byte> bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

void expect_an_answer(std::span<const std::byte> bytes, const std::string& what) {
  constexpr double kMostSeconds = 10;
  const auto started = std::chrono::steady_clock::now();
  AnalyzeOptions options;
  options.timeout_s = kMostSeconds;
  const auto report = analyze_source(open_memory({bytes.begin(), bytes.end()}), options);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started;
  EXPECT_LT(taken.count(), kMostSeconds) << what;
  if (report) {
    EXPECT_GT(report->analysis.features.duration_ms, 0) << what;
    return;
  }
  constexpr ErrorKind kAllowed[] = {ErrorKind::unsupported_format, ErrorKind::corrupt, ErrorKind::too_short,
                                    ErrorKind::too_long, ErrorKind::no_signal};
  EXPECT_NE(std::find(std::begin(kAllowed), std::end(kAllowed), report.error().kind), std::end(kAllowed))
      << what << ": " << type_name(report.error().kind) << ", " << report.error().message;
  EXPECT_FALSE(report.error().message.empty()) << what;
}

class DamagedFiles : public ::testing::TestWithParam<std::string> {};

TEST_P(DamagedFiles, WholeOrCutGetAResultOrATypedError) {
  if (!fs::exists(shared_audio())) GTEST_SKIP() << "no reference material at " << shared_audio();
  constexpr int kCuts = 20;
  Random random(20261125);
  for (const fs::path& path : files_of(GetParam())) {
    const std::vector<std::byte> bytes = bytes_of(path);
    const std::string name = path.filename().string();
    expect_an_answer(bytes, name);
    for (int cut = 0; cut < kCuts && !bytes.empty(); ++cut) {
      const std::size_t length = random.below(bytes.size());
      expect_an_answer(std::span(bytes).first(length), name + " cut at " + std::to_string(length));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Reference, DamagedFiles, ::testing::Values("odd", "flac_test_files"),
                         [](const auto& folder) { return folder.param; });

}  // namespace
}  // namespace hitscope
