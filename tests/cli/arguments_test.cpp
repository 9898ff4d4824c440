#include "cli/arguments.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <variant>
#include <vector>

#include "cli/temporary_folder.h"
#include "core/holds.h"

namespace hitscope::cli {
namespace {

using Words = std::vector<std::string>;

template <typename Arguments>
Arguments parsed(const Words& words) {
  auto result = parse_arguments(words);
  if (const auto* answer = std::get_if<Answer>(&result)) {
    ADD_FAILURE() << answer->text;
    return {};
  }
  const auto* arguments = std::get_if<Arguments>(&std::get<Invocation>(result));
  EXPECT_NE(arguments, nullptr) << "another command was understood";
  return arguments == nullptr ? Arguments{} : *arguments;
}

Answer answered(const Words& words) {
  auto result = parse_arguments(words);
  const auto* answer = std::get_if<Answer>(&result);
  EXPECT_NE(answer, nullptr) << "it was understood";
  return answer == nullptr ? Answer{} : *answer;
}

// Sets an environment variable for the length of a test.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { ::unsetenv(name_); }

 private:
  const char* name_;
};

TEST(Arguments, DefaultsAreThoseOfTheStructs) {
  const auto arguments = parsed<AnalyzeArguments>({"analyze", "a.mp3"});
  const TrackArguments defaults;
  EXPECT_EQ(arguments.tracks.paths, Words{"a.mp3"});
  EXPECT_EQ(arguments.tracks.format, Format::automatic);
  EXPECT_EQ(arguments.tracks.jobs, 0U);
  EXPECT_FALSE(arguments.tracks.recursive);
  EXPECT_EQ(arguments.tracks.max_bytes, defaults.max_bytes);
  EXPECT_EQ(arguments.tracks.max_seconds, defaults.max_seconds);
}

TEST(Arguments, EveryTrackOption) {
  const auto tracks = parsed<AnalyzeArguments>({"analyze",
                                                "-r",
                                                "--format",
                                                "jsonl",
                                                "-j",
                                                "3",
                                                "--progress=never",
                                                "--frames",
                                                "dna",
                                                "--true-peak",
                                                "--files-from",
                                                "list",
                                                "--max-bytes",
                                                "2MB",
                                                "--max-seconds",
                                                "90.5",
                                                "--timeout",
                                                "7",
                                                "a",
                                                "-",
                                                "b"})
                          .tracks;
  EXPECT_EQ(tracks.paths, (Words{"a", "-", "b"}));
  EXPECT_EQ(tracks.files_from, "list");
  EXPECT_TRUE(tracks.recursive);
  EXPECT_EQ(tracks.format, Format::jsonl);
  EXPECT_EQ(tracks.jobs, 3U);
  EXPECT_EQ(tracks.progress, ProgressMode::never);
  EXPECT_EQ(tracks.frames_folder, "dna");
  EXPECT_TRUE(tracks.true_peak);
  EXPECT_EQ(tracks.max_bytes, 2U * 1024 * 1024);
  EXPECT_EQ(tracks.max_seconds, 90.5);
  EXPECT_EQ(tracks.timeout_s, 7.0);
}

TEST(Arguments, PredictTakesAudioOrATable) {
  const auto audio = parsed<PredictArguments>({"predict", "--explain", "--model", "mine", "a.mp3"});
  EXPECT_TRUE(audio.explain);
  EXPECT_EQ(audio.model, "mine");
  EXPECT_EQ(parsed<PredictArguments>({"predict", "--attributes", "t.csv"}).attributes_table, "t.csv");
  EXPECT_EQ(answered({"predict", "--attributes", "t.csv", "a.mp3"}).status, 2);
  EXPECT_EQ(answered({"predict"}).status, 2);
}

TEST(Arguments, ModelHasTwoActions) {
  EXPECT_EQ(parsed<ModelArguments>({"model", "show"}).action, ModelArguments::Action::show);
  EXPECT_EQ(parsed<ModelArguments>({"model", "show"}).bundle, "default");
  const auto verify = parsed<ModelArguments>({"model", "verify", "x.safetensors", "--format", "json"});
  EXPECT_EQ(verify.action, ModelArguments::Action::verify);
  EXPECT_EQ(verify.bundle, "x.safetensors");
  EXPECT_EQ(verify.format, Format::json);
  EXPECT_EQ(answered({"model"}).status, 2);
}

TEST(Arguments, TrainNeedsTablesAndABundle) {
  const auto train =
      parsed<TrainArguments>({"train", "--data", "a.csv", "b.csv", "--recipe", "seed5", "--out",
                              "x.safetensors", "--report", "r", "--column", "tempo=BPM"});
  EXPECT_EQ(train.learning.data, (Words{"a.csv", "b.csv"}));
  EXPECT_EQ(train.learning.recipe, "seed5");
  EXPECT_EQ(train.learning.columns, Words{"tempo=BPM"});
  EXPECT_EQ(train.learning.report_folder, "r");
  EXPECT_EQ(train.out, "x.safetensors");
  EXPECT_EQ(answered({"train", "--data", "a.csv"}).status, 2);
  EXPECT_EQ(answered({"train", "--out", "x"}).status, 2);
}

TEST(Arguments, EvaluateKnowsFourProtocols) {
  for (const std::string protocol : {"random", "grouped", "transfer", "split=s.csv"}) {
    EXPECT_EQ(parsed<EvaluateArguments>({"evaluate", "--data", "a.csv", "--protocol", protocol}).protocol,
              protocol);
  }
  EXPECT_EQ(answered({"evaluate", "--data", "a.csv", "--protocol", "split="}).status, 2);
  EXPECT_EQ(answered({"evaluate", "--data", "a.csv", "--protocol", "lucky"}).status, 2);
  EXPECT_EQ(answered({"evaluate"}).status, 2);
}

TEST(Arguments, NamesAfterTwoDashesAreNoOptions) {
  EXPECT_EQ(parsed<AnalyzeArguments>({"analyze", "--", "--format"}).tracks.paths, Words{"--format"});
}

TEST(Arguments, WrongUsageIsStatus2WithAHint) {
  for (const Words& words :
       {Words{}, Words{"sing"}, Words{"analyze"}, Words{"analyze", "x", "--format", "xml"},
        Words{"analyze", "x", "--format", "1"}, Words{"analyze", "x", "--jobs", "-1"},
        Words{"analyze", "x", "--jobs", "many"}, Words{"analyze", "x", "--timeout", "-1"},
        Words{"analyze", "x", "--max-bytes", "lots"}, Words{"predict", "--no-such-option", "x"}}) {
    const Answer answer = answered(words);
    EXPECT_EQ(answer.status, 2);
    EXPECT_TRUE(holds(answer.text, "--help` shows how it is used.")) << answer.text;
  }
}

TEST(Arguments, MistypedWordsAreRecognised) {
  EXPECT_TRUE(holds(answered({"anlyze", "x"}).text, "Did you mean analyze?"));
  EXPECT_TRUE(holds(answered({"analyze", "--fromat", "json", "x"}).text, "Did you mean --format?"));
  EXPECT_TRUE(holds(answered({"model", "shwo"}).text, "Did you mean show?"));
  EXPECT_FALSE(holds(answered({"sing"}).text, "Did you mean"));
}

TEST(Arguments, HostileWordsCannotMoveTheCursor) {
  EXPECT_FALSE(holds(answered({"analyze", "--a\033[2J"}).text, "\033"));
}

TEST(Arguments, HelpAndVersionAreAnswers) {
  for (const Words& words : {Words{"--help"}, Words{"analyze", "--help"}, Words{"predict", "-h"},
                             Words{"train", "--help"}, Words{"evaluate", "--help"}, Words{"model", "--help"},
                             Words{"model", "show", "--help"}, Words{"doctor", "--help"}}) {
    const Answer answer = answered(words);
    EXPECT_EQ(answer.status, 0);
    EXPECT_TRUE(holds(answer.text, "Usage: hitscope")) << answer.text;
    EXPECT_FALSE(holds(answer.text, "hitscope hitscope")) << answer.text;
  }
  EXPECT_TRUE(holds(answered({"model", "show", "--help"}).text, "Usage: hitscope model show"));
  EXPECT_TRUE(answered({"--version"}).text.starts_with("hitscope "));
}

TEST(Arguments, EveryOptionHasAnEnvironmentVariable) {
  const Environment format("HITSCOPE_FORMAT", "csv");
  const Environment bytes("HITSCOPE_MAX_BYTES", "1kB");
  const Environment recursive("HITSCOPE_RECURSIVE", "true");
  const auto tracks = parsed<AnalyzeArguments>({"analyze", "x"}).tracks;
  EXPECT_EQ(tracks.format, Format::csv);
  EXPECT_EQ(tracks.max_bytes, 1024U);
  EXPECT_TRUE(tracks.recursive);
}

TEST(Arguments, AWrongEnvironmentVariableIsWrongUsage) {
  const Environment format("HITSCOPE_FORMAT", "xml");
  EXPECT_EQ(answered({"analyze", "x"}).status, 2);
}

TEST(Arguments, TypedBeatsEnvironmentBeatsFile) {
  const testing::TemporaryFolder folder;
  const std::string file =
      folder.write("hitscope.toml", "[analyze]\nformat = \"csv\"\njobs = 5\ntimeout = 3\n");
  const Environment format("HITSCOPE_FORMAT", "jsonl");
  const Environment jobs("HITSCOPE_JOBS", "6");
  const auto tracks = parsed<AnalyzeArguments>({"analyze", "--config", file, "--jobs", "7", "x"}).tracks;
  EXPECT_EQ(tracks.jobs, 7U);
  EXPECT_EQ(tracks.format, Format::jsonl);
  EXPECT_EQ(tracks.timeout_s, 3.0);
}

TEST(Arguments, TheFileMayComeFirstOrFromTheEnvironment) {
  const testing::TemporaryFolder folder;
  const std::string file = folder.write("hitscope.toml", "[predict]\nexplain = true\nmodel = \"mine\"\n");
  EXPECT_TRUE(parsed<PredictArguments>({"--config", file, "predict", "x"}).explain);
  const Environment config("HITSCOPE_CONFIG", file);
  EXPECT_EQ(parsed<PredictArguments>({"predict", "x"}).model, "mine");
  EXPECT_EQ(parsed<AnalyzeArguments>({"analyze", "x"}).tracks.paths, Words{"x"}) << "another command's table";
}

TEST(Arguments, AWrongFileIsWrongUsage) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(answered({"analyze", "--config", folder / "missing.toml", "x"}).status, 2);
  const Answer unknown =
      answered({"analyze", "--config", folder.write("a.toml", "[analyze]\njosb = 2\n"), "x"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_TRUE(holds(unknown.text, "josb")) << unknown.text;
  EXPECT_EQ(
      answered({"analyze", "--config", folder.write("b.toml", "[analyze]\njobs = \"many\"\n"), "x"}).status,
      2);
}

}  // namespace
}  // namespace hitscope::cli
