#include "synth/command_line.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "synth/demo.h"

namespace hitscope::synth {
namespace {

Outcome run(std::initializer_list<std::string> arguments) {
  const std::vector<std::string> list(arguments);
  return run_command_line(list);
}

TEST(CommandLine, HelpNamesEveryStyle) {
  const Outcome outcome = run({"--help"});
  EXPECT_EQ(outcome.exit_status, 0);
  for (const Style style : kStyles) EXPECT_NE(outcome.output.find(name_of(style)), std::string::npos);
  EXPECT_TRUE(outcome.problem.empty());
}

TEST(CommandLine, WrongUsageIsStatusTwoAndNamesTheCulprit) {
  const auto problem_has = [](std::initializer_list<std::string> arguments, const std::string& part) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exit_status, 2) << part;
    EXPECT_TRUE(outcome.output.empty());
    EXPECT_NE(outcome.problem.find(part), std::string::npos) << outcome.problem;
  };
  problem_has({}, "-o FILE");
  problem_has({"--tempo", "fast", "-o", "x.wav"}, "\"fast\" is no value for --tempo");
  problem_has({"--tempo", "128bpm", "-o", "x.wav"}, "128bpm");
  problem_has({"--tempo", "5", "-o", "x.wav"}, "between 20 and 400");
  problem_has({"--tempo"}, "--tempo needs a value");
  problem_has({"--loudness", "3"}, "no option --loudness");
  problem_has({"--key", "H", "-o", "x.wav"}, "\"H\"");
  problem_has({"--mode", "dorian", "-o", "x.wav"}, "\"dorian\"");
  problem_has({"--style", "polka", "-o", "x.wav"}, "\"polka\"");
  problem_has({"--key-change", "3:C", "-o", "x.wav"}, "\"3:C\"");
  problem_has({"--channels", "-1", "-o", "x.wav"}, "\"-1\"");
  problem_has({"--rate", "99999999999", "-o", "x.wav"}, "99999999999");
  problem_has({"--demo", "a", "-o", "x.wav"}, "either");
}

TEST(CommandLine, RendersASong) {
  const auto path = std::filesystem::path(testing::TempDir()) / "hitscope_synth_song.wav";
  const Outcome outcome =
      run({"--tempo", "128", "--key", "Bb", "--mode", "minor", "--duration", "1", "--style", "house",
           "--rate", "8000", "--channels", "1", "--level", "none", "--no-drums", "-o", path.string()});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.problem;
  EXPECT_EQ(std::filesystem::file_size(path), 44U + 2U * 8000U);
  std::filesystem::remove(path);
}

TEST(CommandLine, AFailureIsStatusOne) {
  EXPECT_EQ(run({"--demo", "/dev/null/demo"}).exit_status, 1);
  const Outcome outcome = run({"--duration", "0.1", "-o", "/nowhere/at/all.wav"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_FALSE(outcome.problem.empty());
}

TEST(Demo, TracksDifferInEverythingThatIsMeasured) {
  const auto tracks = demo_tracks();
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    EXPECT_FALSE(problem_with(tracks[i].spec).has_value());
    EXPECT_NEAR(tracks[i].spec.duration_s, 30.0, 1.0);
    for (std::size_t j = i + 1; j < tracks.size(); ++j) {
      EXPECT_NE(tracks[i].spec.style, tracks[j].spec.style);
      EXPECT_NE(tracks[i].spec.tempo_bpm, tracks[j].spec.tempo_bpm);
      EXPECT_NE(tracks[i].spec.key, tracks[j].spec.key);
      EXPECT_NE(tracks[i].spec.level_lufs, tracks[j].spec.level_lufs);
      EXPECT_STRNE(tracks[i].file_name, tracks[j].file_name);
    }
  }
}

}  // namespace
}  // namespace hitscope::synth
