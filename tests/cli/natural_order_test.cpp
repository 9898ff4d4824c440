#include "cli/natural_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace hitscope::cli {
namespace {

TEST(NaturalOrder, CountsAsPeopleDo) {
  std::vector<std::string> names = {"track 10", "track 2", "track 1", "track 2b", "track", "Track 3"};
  std::ranges::sort(names, natural_less);
  EXPECT_EQ(names,
            (std::vector<std::string>{"Track 3", "track", "track 1", "track 2", "track 2b", "track 10"}));
}

TEST(NaturalOrder, ComparesNumbersOfAnyLength) {
  EXPECT_TRUE(natural_less("a99999999999999999999998", "a99999999999999999999999"));
  EXPECT_TRUE(natural_less("a9", "a10000000000000000000000000"));
}

TEST(NaturalOrder, LeadingZerosDecideOnlyWhenAllElseIsEqual) {
  EXPECT_TRUE(natural_less("01 a", "1 b"));
  EXPECT_TRUE(natural_less("1", "01"));
  EXPECT_FALSE(natural_less("01", "1"));
  EXPECT_TRUE(natural_less("0", "00"));
}

TEST(NaturalOrder, IsAStrictWeakOrder) {
  const std::vector<std::string> names = {"",   "0",   "00",  "1",   "01",   "a",
                                          "a1", "a01", "a1b", "a10", "\xFF", "é2"};
  for (const auto& a : names) {
    EXPECT_FALSE(natural_less(a, a)) << a;
    for (const auto& b : names) {
      EXPECT_EQ(natural_less(a, b) || natural_less(b, a), a != b) << a << " / " << b;
      for (const auto& c : names) {
        EXPECT_TRUE(!natural_less(a, b) || !natural_less(b, c) || natural_less(a, c)) << a << b << c;
      }
    }
  }
}

}  // namespace
}  // namespace hitscope::cli
