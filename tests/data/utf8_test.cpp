#include "data/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace hitscope {
namespace {

TEST(Utf8, TakesWellFormedTextOfEveryLength) {
  for (const std::string text :
       {"", "plain", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "long enough for a word \xC3\xA9 and more"}) {
    EXPECT_EQ(first_invalid_utf8(text), text.size()) << text;
  }
}

// Table 3-7 of the Unicode standard, one violation each.
TEST(Utf8, PointsAtTheFirstBadSequence) {
  EXPECT_EQ(first_invalid_utf8("ab\x80"), 2U) << "continuation without a lead";
  EXPECT_EQ(first_invalid_utf8("a\xC0\xAF"), 1U) << "overlong two bytes";
  EXPECT_EQ(first_invalid_utf8("\xE0\x9F\xBF"), 0U) << "overlong three bytes";
  EXPECT_EQ(first_invalid_utf8("\xED\xA0\x80"), 0U) << "surrogate";
  EXPECT_EQ(first_invalid_utf8("\xF0\x8F\xBF\xBF"), 0U) << "overlong four bytes";
  EXPECT_EQ(first_invalid_utf8("\xF4\x90\x80\x80"), 0U) << "above U+10FFFF";
  EXPECT_EQ(first_invalid_utf8("\xF5\x80\x80\x80"), 0U);
  EXPECT_EQ(first_invalid_utf8("12345678\xC3"), 8U) << "cut short";
  EXPECT_EQ(first_invalid_utf8("\xE2\x82\x41"), 0U) << "third byte is no continuation";
}

}  // namespace
}  // namespace hitscope
