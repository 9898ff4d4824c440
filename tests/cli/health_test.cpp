#include "cli/health.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/temporary_folder.h"

namespace hitscope::cli {
namespace {

// The hand-made files are right where every decoder reads them for as long as they say.
TEST(Health, EveryDecoderReadsItsSample) {
  const std::vector<Finding> findings = check_decoders();
  EXPECT_EQ(findings.size(), 5U);
  for (const Finding& finding : findings)
    EXPECT_TRUE(finding.works) << finding.name << ": " << finding.detail;
}

TEST(Health, TheAnalysisMeasuresATone) {
  const Finding finding = check_analysis();
  EXPECT_TRUE(finding.works) << finding.detail;
}

TEST(Health, AMissingOrForeignModelIsFound) {
  const testing::TemporaryFolder folder;
  EXPECT_FALSE(check_model(folder / "missing.safetensors").works);
  EXPECT_FALSE(check_model(folder.write("foreign.safetensors", "nothing of the kind")).works);
}

TEST(Doctor, FailsWhenSomethingNeededIsMissing) {
  const testing::TemporaryFolder folder;
  std::ostringstream out;
  std::ostringstream err;
  const Console console{.out = out, .err = err};
  DoctorArguments arguments;
  arguments.model = folder / "missing.safetensors";
  arguments.format = Format::json;
  EXPECT_EQ(run(arguments, console), 1);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_FALSE(json["works"].get<bool>());
  EXPECT_TRUE(json["libraries"].contains("libsndfile"));
  EXPECT_EQ(json["checks"].size(), 9U);
}

}  // namespace
}  // namespace hitscope::cli
