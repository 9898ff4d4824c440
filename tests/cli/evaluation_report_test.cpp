#include "cli/evaluation_report.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/temporary_folder.h"
#include "model/sample_models.h"

namespace hitscope::cli {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Evaluation sample_evaluation() {
  TableEvaluation table;
  table.name = "table";
  table.rows = 100;
  table.hits = 50;
  NamedScores consensus{.name = "consensus", .scores = {}};
  for (Score& score : consensus.scores.scores) score = {.value = 0.75, .low = 0.7, .high = 0.8};
  table.models = {consensus};
  table.roc = {{0, 0}, {0.2, 0.6}, {1, 1}};
  table.reliability = {{.low = 0, .high = 0.1, .rows = 10, .mean_probability = 0.05, .share_of_hits = 0.1}};
  table.votes[5] = {.rows = 20, .share_of_hits = 0.8};
  for (auto& row : table.agreement) row.fill(1.0);
  Evaluation evaluation;
  evaluation.recipe = "audio";
  evaluation.rows = 100;
  evaluation.models = {consensus};
  evaluation.tables = {table};
  return evaluation;
}

// Every picture the Markdown shows is there, and every picture there is shown.
void expect_pictures_match(const std::filesystem::path& folder, std::size_t count) {
  const std::string markdown = content_of(folder / "report.md");
  std::size_t shown = 0;
  for (std::size_t end = markdown.find(".svg)"); end != std::string::npos;
       end = markdown.find(".svg)", end + 1)) {
    const std::size_t start = markdown.rfind("](", end) + 2;
    const std::string name = markdown.substr(start, end + 4 - start);
    EXPECT_TRUE(content_of(folder / name).ends_with("</svg>\n")) << name;
    ++shown;
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files += entry.path().extension() == ".svg" ? 1 : 0;
  EXPECT_EQ(shown, count);
  EXPECT_EQ(files, count);
}

TEST(EvaluationReport, HoldsJsonMarkdownAndFivePlotsATable) {
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(write_evaluation_report(sample_evaluation(), folder.path() / "report"));
  EXPECT_EQ(nlohmann::json::parse(content_of(folder.path() / "report/report.json"))["recipe"], "audio");
  expect_pictures_match(folder.path() / "report", 5);
}

TEST(TrainingReport, AddsEachFeaturesDistributionAndWhatMovesTheProbability) {
  const testing::TemporaryFolder folder;
  const Bundle bundle = testing::sample_bundle(3);
  ASSERT_TRUE(write_training_report("# Card\n", sample_evaluation(), bundle, folder.path() / "report"));
  EXPECT_TRUE(content_of(folder.path() / "report/report.md").starts_with("# Card\n"));
  expect_pictures_match(folder.path() / "report", 5 + bundle.features.size() + 1);
}

TEST(EvaluationReport, SaysWhenItCannotBeWritten) {
  const testing::TemporaryFolder folder;
  folder.write("file", "");
  const Result<void> written =
      write_evaluation_report(sample_evaluation(), folder.path() / "file" / "report");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::unreadable);
}

}  // namespace
}  // namespace hitscope::cli
