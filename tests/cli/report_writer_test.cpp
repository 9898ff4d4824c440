#include "cli/report_writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

namespace hitscope::cli {
namespace {

using Json = nlohmann::json;

std::string written(Format format, int reports) {
  std::ostringstream out;
  ReportWriter writer(out, format, {});
  for (int i = 0; i < reports; ++i) {
    EXPECT_TRUE(writer.write(failed_report(std::to_string(i), {ErrorKind::corrupt, "Damaged.", ""})));
  }
  EXPECT_TRUE(writer.end());
  return out.str();
}

TEST(ReportWriter, JsonIsOneArrayHoweverManyReports) {
  for (const int count : {0, 1, 3}) {
    const Json json = Json::parse(written(Format::json, count));
    ASSERT_TRUE(json.is_array());
    ASSERT_EQ(json.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) EXPECT_EQ(json[static_cast<std::size_t>(i)]["path"], std::to_string(i));
  }
}

TEST(ReportWriter, JsonLinesAreOneObjectALine) {
  std::istringstream lines(written(Format::jsonl, 3));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_EQ(Json::parse(line)["path"], std::to_string(count));
  }
  EXPECT_EQ(count, 3);
  EXPECT_EQ(written(Format::jsonl, 0), "");
}

TEST(ReportWriter, CsvHasOneHeader) {
  const std::string table = written(Format::csv, 2);
  EXPECT_TRUE(table.starts_with("path,"));
  EXPECT_EQ(table.find("path,", 1), std::string::npos);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
  EXPECT_TRUE(written(Format::csv, 0).starts_with("path,"));
}

TEST(ReportWriter, TextsAreSetApart) {
  EXPECT_EQ(written(Format::text, 0), "");
  EXPECT_NE(written(Format::text, 2).find("\n\n1\n"), std::string::npos);
}

TEST(ReportWriter, NoticesThatNobodyReads) {
  std::ostringstream out;
  ReportWriter writer(out, Format::jsonl, {});
  out.setstate(std::ios::badbit);
  EXPECT_FALSE(writer.write(failed_report("x", {ErrorKind::corrupt, "Damaged.", ""})));
  EXPECT_FALSE(writer.end());
}

}  // namespace
}  // namespace hitscope::cli
