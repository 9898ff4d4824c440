#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "cli/commands.h"
#include "cli/temporary_folder.h"
#include "model/sample_models.h"

namespace hitscope::cli {
namespace {

using Json = nlohmann::json;

// A bundle on tempo and energy, and what `predict --attributes` answers with it.
class PredictTable : public ::testing::Test {
 protected:
  PredictTable() {
    Bundle bundle = testing::sample_bundle(5);
    bundle.features[0].name = "tempo";
    bundle.features[1].name = "energy";
    EXPECT_TRUE(save_bundle(bundle, arguments_.model = folder_ / "sample.safetensors"));
  }

  int predict(const std::string& table, Format format) {
    arguments_.attributes_table = folder_.write("table.csv", table);
    arguments_.tracks.format = format;
    out_.str("");
    err_.str("");
    return run(arguments_, console_);
  }

  testing::TemporaryFolder folder_;
  PredictArguments arguments_;
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_{.out = out_, .err = err_};
};

TEST_F(PredictTable, AnswersRowByRowInTheTablesOrder) {
  ASSERT_EQ(predict("tempo,energy\n120,0.5\n-3,0.9\n,\n", Format::csv), 0) << err_.str();
  std::istringstream lines(out_.str());
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "row,label,votes_for_hit,probability");
  for (const char* row : {"0,", "1,", "2,"}) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_TRUE(line.starts_with(row)) << line;
  }
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(PredictTable, ARowOfUnknownsGetsTheBaseRate) {
  ASSERT_EQ(predict("tempo,energy\n,\n", Format::json), 0) << err_.str();
  const Json verdict = Json::parse(out_.str())[0]["verdict"];
  EXPECT_EQ(verdict["probability"], verdict["base_rate"]);
}

TEST_F(PredictTable, EachFormatHoldsEachRow) {
  const std::string table = "tempo,energy\n120,0.5\n90,0.9\n";
  ASSERT_EQ(predict(table, Format::json), 0);
  EXPECT_EQ(Json::parse(out_.str()).size(), 2U);
  ASSERT_EQ(predict(table, Format::jsonl), 0);
  EXPECT_EQ(Json::parse(out_.str().substr(0, out_.str().find('\n')))["row"], 0);
  ASSERT_EQ(predict(table, Format::text), 0);
  EXPECT_NE(out_.str().find(" of 5 "), std::string::npos);
  ASSERT_EQ(predict("tempo,energy\n", Format::json), 0);
  EXPECT_EQ(Json::parse(out_.str()), Json::array());
}

TEST_F(PredictTable, ForeignColumnsAreMapped) {
  ASSERT_EQ(predict("tempo,energy\n120,0.5\n", Format::csv), 0);
  const std::string expected = out_.str();
  arguments_.columns = {"tempo=BPM", "energy=Punch"};
  ASSERT_EQ(predict("Punch,BPM\n0.5,120\n", Format::csv), 0) << err_.str();
  EXPECT_EQ(out_.str(), expected);
}

TEST_F(PredictTable, ADamagedTableIsRefusedWithItsPlace) {
  EXPECT_EQ(predict("tempo,energy\n120,fast\n", Format::csv), 1);
  EXPECT_NE(err_.str().find("line 2"), std::string::npos) << err_.str();
  EXPECT_EQ(predict("a,b\n1,2\n", Format::csv), 1);
}

TEST_F(PredictTable, AMissingModelIsNamed) {
  arguments_.model = "no-such-model";
  EXPECT_EQ(predict("tempo,energy\n120,0.5\n", Format::csv), 1);
  EXPECT_NE(err_.str().find("no-such-model"), std::string::npos);
  EXPECT_EQ(out_.str(), "");
}

}  // namespace
}  // namespace hitscope::cli
