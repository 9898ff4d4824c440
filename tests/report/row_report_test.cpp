#include "report/row_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/sample_report.h"

namespace hitscope {
namespace {

TEST(RowReport, CsvIsRowLabelVotesProbability) {
  EXPECT_EQ(row_csv_header(), "row,label,votes_for_hit,probability");
  EXPECT_EQ(row_csv({.row = 7, .verdict = testing::sample_verdict()}), "7,HIT,3,0.34");
}

TEST(RowReport, JsonHoldsTheWholeVerdict) {
  const RowReport report{.row = 7, .verdict = testing::sample_verdict()};
  for (const JsonLayout layout : {JsonLayout::compact, JsonLayout::readable}) {
    const auto json = nlohmann::json::parse(row_json(report, std::nullopt, layout, 2));
    EXPECT_EQ(json["row"], 7);
    EXPECT_EQ(json["verdict"]["tier"], "POTENTIAL");
    EXPECT_EQ(json["verdict"]["votes"].size(), 5U);
    EXPECT_TRUE(json["verdict"]["model"].is_null());
  }
}

TEST(RowReport, TextIsOneLine) {
  const std::string line = row_text({.row = 7, .verdict = testing::sample_verdict()}, false);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_NE(line.find("HIT"), std::string::npos);
  EXPECT_NE(line.find("34 %"), std::string::npos);
}

}  // namespace
}  // namespace hitscope
