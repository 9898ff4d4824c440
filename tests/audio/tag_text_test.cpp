#include "audio/tag_text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace hitscope {
namespace {

using namespace std::string_view_literals;

TEST(TagText, Utf8StaysAsItIs) {
  for (const auto text : {""sv, "plain"sv, "Gr\u00FC\u00DFe"sv, "\u6B4C"sv, "\U0001F3B5"sv})
    EXPECT_EQ(clean_tag_text(text), text);
}

TEST(TagText, WhatIsNoUtf8IsLatin1) {
  EXPECT_EQ(clean_tag_text("Gr\xFC\xDF"
                           "e"),
            "Gr\u00FC\u00DFe");
  EXPECT_EQ(clean_tag_text("caf\xE9"), "caf\u00E9");                // a lead byte with nothing behind it
  EXPECT_EQ(clean_tag_text("\xC0\xAF"), "\u00C0\u00AF");            // overlong
  EXPECT_EQ(clean_tag_text("\xED\xA0\x80"), "\u00ED\u00A0\u0080");  // a surrogate
  EXPECT_EQ(clean_tag_text("\xF5\x80\x80\x80"), "\u00F5\u0080\u0080\u0080");
}

TEST(TagText, BlanksAndControlsGo) {
  EXPECT_EQ(clean_tag_text("  a b  "), "a b");
  EXPECT_EQ(clean_tag_text("a\nb\x1B[31m"), "ab[31m");
  EXPECT_EQ(clean_tag_text("padded\0\0\0"sv), "padded");
  EXPECT_EQ(clean_tag_text("   "), "");
}

TEST(TagText, LongTextsEndAtAWholeLetter) {
  std::string text;
  for (int i = 0; i < 600; ++i) text += "\u00FC";
  EXPECT_EQ(clean_tag_text(text).size(), 1000U);
  EXPECT_EQ(clean_tag_text("x" + text).size(), 999U);
}

}  // namespace
}  // namespace hitscope
