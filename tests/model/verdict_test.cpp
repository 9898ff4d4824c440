#include "model/verdict.h"

#include <gtest/gtest.h>

namespace hitscope {
namespace {

TEST(Verdict, TiersFollowTheVotes) {
  constexpr std::array<std::string_view, 6> kExpected = {"TOTAL FLOP", "RISKY",     "RISKY",
                                                         "POTENTIAL",  "POTENTIAL", "ULTRA HIT"};
  for (int votes = 0; votes <= 5; ++votes) {
    EXPECT_EQ(tier_name(tier_of(votes)), kExpected[static_cast<std::size_t>(votes)]);
  }
}

TEST(Verdict, LabelsAreWrittenInCapitals) {
  EXPECT_EQ(label_name(Label::hit), "HIT");
  EXPECT_EQ(label_name(Label::flop), "FLOP");
}

}  // namespace
}  // namespace hitscope
