#include "cli/track_batch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/sample_files.h"
#include "cli/temporary_folder.h"
#include "core/holds.h"

namespace hitscope::cli {
namespace {

using Json = nlohmann::json;

constexpr int kNotJudged = -1;

struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};

Outcome run_batch(const TrackArguments& arguments, const MakeJudge& make_judge = {}) {
  std::ostringstream out;
  std::ostringstream err;
  const Console console{.out = out, .err = err};
  const Result<int> status = run_track_batch(arguments, console, false, make_judge);
  return {status ? *status : kNotJudged, out.str(), err.str()};
}

std::string tone(double seconds) {
  const std::vector<std::byte> bytes = sample_wav(seconds);
  std::string text;
  for (const std::byte byte : bytes) text += std::to_integer<char>(byte);
  return text;
}

TrackArguments tracks(std::vector<std::string> paths, Format format) {
  TrackArguments arguments;
  arguments.paths = std::move(paths);
  arguments.format = format;
  return arguments;
}

TEST(TrackBatch, OneFailingFileNeverStopsTheOthers) {
  const testing::TemporaryFolder folder;
  const std::string good = folder.write("good.wav", tone(2));
  const std::string bad = folder.write("bad.mp3", std::string(4000, 'x'));
  const Outcome outcome = run_batch(tracks({good, bad, folder / "missing.mp3", good}, Format::json));
  EXPECT_EQ(outcome.status, 1);
  const Json reports = Json::parse(outcome.out);
  ASSERT_EQ(reports.size(), 4U);
  EXPECT_TRUE(reports[0].contains("features"));
  EXPECT_EQ(reports[1]["error"]["type"], "unsupported-format");
  EXPECT_EQ(reports[2]["error"]["type"], "not-found");
  EXPECT_EQ(reports[3], reports[0]);
  EXPECT_TRUE(holds(outcome.err, "2 tracks done, 2 failed")) << outcome.err;
}

TEST(TrackBatch, InFoldersWhatIsNoAudioIsCountedNotReported) {
  const testing::TemporaryFolder folder;
  folder.write("a.wav", tone(2));
  folder.write("cover.jpg", "\xFF\xD8\xFF\xE0 no audio at all");
  folder.write("web page.mp3", "<html><body>404</body></html>");
  folder.write("cut.flac", "fLaC");
  const Outcome outcome = run_batch(tracks({folder.path().string()}, Format::json));
  const Json reports = Json::parse(outcome.out);
  ASSERT_EQ(reports.size(), 2U) << outcome.out;
  EXPECT_EQ(reports[0]["path"], folder / "a.wav");
  EXPECT_EQ(reports[1]["path"], folder / "cut.flac") << "damaged audio is audio";
  EXPECT_EQ(reports[1]["error"]["type"], "corrupt");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(holds(outcome.err, "2 passed over as not audio")) << outcome.err;
}

TEST(TrackBatch, AnEmptyFolderIsAnEmptyArray) {
  const testing::TemporaryFolder folder;
  const Outcome outcome = run_batch(tracks({folder.path().string()}, Format::json));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "[]\n");
}

TEST(TrackBatch, TheNumberOfJobsDoesNotChangeTheOutput) {
  const testing::TemporaryFolder folder;
  TrackArguments arguments = tracks({}, Format::json);
  for (int i = 0; i < 8; ++i) {
    arguments.paths.push_back(folder.write(std::to_string(i) + ".wav", tone(1.0 + 0.3 * ((i * 5) % 8))));
  }
  arguments.jobs = 1;
  const Outcome one = run_batch(arguments);
  arguments.jobs = 4;
  const Outcome four = run_batch(arguments);
  EXPECT_EQ(one.status, 0);
  EXPECT_EQ(one.out, four.out);
}

TEST(TrackBatch, AJudgeThatFailsFailsTheTrack) {
  const testing::TemporaryFolder folder;
  const Outcome outcome =
      run_batch(tracks({folder.write("a.wav", tone(2))}, Format::jsonl), []() -> Result<Judge> {
        return [](TrackReport&) -> Result<void> { return fail(ErrorKind::no_signal, "Nothing."); };
      });
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(Json::parse(outcome.out)["error"]["type"], "no-signal");
}

TEST(TrackBatch, NothingIsPrintedWhereThereIsNoJudge) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("a.wav", tone(2));
  for (const Format format : {Format::json, Format::csv, Format::text}) {
    const Outcome outcome =
        run_batch(tracks({path, folder / "missing.mp3", path}, format),
                  []() -> Result<Judge> { return fail(ErrorKind::model_invalid, "No model."); });
    EXPECT_EQ(outcome.status, kNotJudged);
    EXPECT_EQ(outcome.out + outcome.err, "");
  }
}

TEST(TrackBatch, LimitsAreKept) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("a.wav", tone(3));
  const auto error_with = [&](const auto& limit) {
    TrackArguments arguments = tracks({path}, Format::jsonl);
    limit(arguments);
    return Json::parse(run_batch(arguments).out)["error"]["type"].get<std::string>();
  };
  EXPECT_EQ(error_with([](TrackArguments& arguments) { arguments.max_bytes = 1000; }), "too-large");
  EXPECT_EQ(error_with([](TrackArguments& arguments) { arguments.max_seconds = 1; }), "too-long");
  EXPECT_EQ(error_with([](TrackArguments& arguments) { arguments.timeout_s = 1e-9; }), "timeout");
}

TEST(TrackBatch, WritesFramesBesideTheResult) {
  const testing::TemporaryFolder folder;
  TrackArguments arguments = tracks({folder.write("a.wav", tone(2))}, Format::jsonl);
  arguments.frames_folder = folder / "dna";
  EXPECT_EQ(run_batch(arguments).status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder / "dna/a.hdna"));
}

TEST(TrackBatch, FramesThatCannotBeWrittenCountAsFailed) {
  const testing::TemporaryFolder folder;
  TrackArguments arguments = tracks({folder.write("a.wav", tone(2))}, Format::jsonl);
  arguments.frames_folder = folder.write("file", "") + "/dna";
  const Outcome outcome = run_batch(arguments);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(Json::parse(outcome.out).contains("features"));
}

TEST(TrackBatch, PathsComeFromAListToo) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("a.wav", tone(2));
  TrackArguments arguments = tracks({path}, Format::json);
  arguments.files_from = folder.write("list", path + "\n" + path + "\n");
  EXPECT_EQ(Json::parse(run_batch(arguments).out).size(), 3U);
  arguments.files_from = folder / "missing";
  EXPECT_EQ(run_batch(arguments).status, 2);
}

TEST(TrackBatch, AReaderThatGoesAwayEndsTheWorkQuietly) {
  const testing::TemporaryFolder folder;
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  const Console console{.out = out, .err = err};
  const std::string path = folder.write("a.wav", tone(2));
  EXPECT_EQ(run_track_batch(tracks({path, path}, Format::jsonl), console, false, {}), kNobodyReads);
  EXPECT_EQ(err.str(), "");
}

TEST(TrackBatch, LinksAreRefusedWhereFetchingIsOff) {
  TrackArguments arguments = tracks({"https://example.org/song.mp3"}, Format::jsonl);
  arguments.fetch.network = "off";
  const Outcome outcome = run_batch(arguments);
  EXPECT_EQ(Json::parse(outcome.out)["error"]["type"], "url-blocked");
}

}  // namespace
}  // namespace hitscope::cli
