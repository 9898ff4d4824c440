#include "report/csv.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "report/sample_report.h"

namespace hitscope {
namespace {

// The fields of one record, quotes undone; the record may hold line breaks within quotes.
std::vector<std::string> fields_of(const std::string& record) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < record.size(); ++i) {
    const char c = record[i];
    if (quoted && c == '"' && i + 1 < record.size() && record[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  EXPECT_FALSE(quoted) << "an open quote";
  return fields;
}

std::map<std::string, std::string> row_of(const TrackReport& report) {
  const std::vector<std::string> names = fields_of(csv_header());
  const std::vector<std::string> values = fields_of(csv_row(report));
  EXPECT_EQ(names.size(), values.size());
  std::map<std::string, std::string> row;
  for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i) row[names[i]] = values[i];
  EXPECT_EQ(row.size(), names.size()) << "column names are not unique";
  return row;
}

TEST(CsvField, IsQuotedOnlyWhereNeeded) {
  EXPECT_EQ(csv_field("plain text; with = and '"), "plain text; with = and '");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field("caf\xE9"), "caf\uFFFD");
}

TEST(ReportCsv, EveryValueStandsUnderItsName) {
  auto row = row_of(testing::sample_judged_report());
  EXPECT_EQ(row["path"], "music/night drive.flac");
  EXPECT_EQ(row["title"], "Night Drive");
  EXPECT_EQ(row["duration_s"], "197");
  EXPECT_EQ(row["warnings"], "the stream was cut off; clipping at 3 places");
  EXPECT_EQ(row["tempo_bpm"], "128");
  EXPECT_EQ(row["key"], "9");
  EXPECT_EQ(row["key_name"], "A minor");
  EXPECT_EQ(row["rms"], "0.1");
  EXPECT_EQ(row["chroma_11"], "0.5");
  EXPECT_EQ(row["mfcc_19"], "-1.5");
  EXPECT_EQ(row["estimated_energy"], "0.82");
  EXPECT_EQ(row["estimated_valence"], "");
  EXPECT_EQ(row["label"], "HIT");
  EXPECT_EQ(row["votes_for_hit"], "3");
  EXPECT_EQ(row["tier"], "POTENTIAL");
  EXPECT_EQ(row["probability"], "0.34");
  EXPECT_EQ(row["probability_decision_tree"], "0");
  EXPECT_EQ(row["error_type"], "");
}

TEST(ReportCsv, NumbersReadBackToTheSameDouble) {
  TrackReport report = testing::sample_report();
  report.analysis.features.integrated_lufs = -1.0 / 3.0;
  EXPECT_EQ(std::stod(row_of(report)["integrated_lufs"]), -1.0 / 3.0);
}

TEST(ReportCsv, UnknownIsEmpty) {
  TrackReport report;
  report.path = "x";
  auto row = row_of(report);
  for (const char* name :
       {"tempo_bpm", "key", "key_name", "chroma_0", "integrated_lufs", "label", "probability"}) {
    EXPECT_EQ(row[name], "") << name;
  }
}

TEST(ReportCsv, AFailedTrackHasItsPathAndItsErrorAlone) {
  auto row = row_of(failed_report("a,b.mp3", {ErrorKind::corrupt, "Damaged, \"beyond\" use.", "x"}));
  for (const auto& [name, value] : row) {
    if (name == "path" || name.starts_with("error_")) continue;
    EXPECT_EQ(value, "") << name;
  }
  EXPECT_EQ(row["path"], "a,b.mp3");
  EXPECT_EQ(row["error_type"], "corrupt");
  EXPECT_EQ(row["error_title"], "Damaged, \"beyond\" use.");
}

}  // namespace
}  // namespace hitscope
