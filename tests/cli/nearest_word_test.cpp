#include "cli/nearest_word.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hitscope::cli {
namespace {

const std::vector<std::string> kKnown = {"analyze", "predict", "model", "--format", "--frames"};

TEST(NearestWord, FindsWhatWasProbablyMeant) {
  EXPECT_EQ(nearest_word("anlyze", kKnown), "analyze");      // dropped
  EXPECT_EQ(nearest_word("analyse", kKnown), "analyze");     // replaced
  EXPECT_EQ(nearest_word("preditc", kKnown), "predict");     // swapped
  EXPECT_EQ(nearest_word("--formatt", kKnown), "--format");  // inserted
}

TEST(NearestWord, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_word("serve", kKnown), "");
  EXPECT_EQ(nearest_word("", kKnown), "");
  EXPECT_EQ(nearest_word(std::string(100000, 'a'), kKnown), "");
}

}  // namespace
}  // namespace hitscope::cli
