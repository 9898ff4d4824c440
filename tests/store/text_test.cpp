#include "store/text.h"

#include <gtest/gtest.h>

#include <string>

namespace hitscope {
namespace {

using std::string_literals::operator""s;

constexpr const char* kMark = "\xEF\xBF\xBD";

TEST(Text, LeavesWhatIsSound) {
  for (const std::string text :
       {"", "plain", "\xC3\xBC\xC3\x9F", "\xE6\x9B\xB2", "\xF0\x9F\x8E\xB5", "\x7F\x01\n",
        "\xED\x9F\xBF\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xC2\x80\xE0\xA0\x80\xF0\x90\x80\x80"}) {
    EXPECT_TRUE(is_storable(text)) << text;
    EXPECT_EQ(storable(text), text);
  }
}

TEST(Text, MarksWhatIsNot) {
  EXPECT_EQ(storable("a\0b"s), "a"s + kMark + "b");
  EXPECT_EQ(storable("a\xFFz"), "a"s + kMark + "z");
  // Overlong slash, a surrogate, above U+10FFFF, a lone continuation, a cut sequence: each byte one mark.
  EXPECT_EQ(storable("\xC0\xAF"), ""s + kMark + kMark);
  EXPECT_EQ(storable("\xE0\x80\xAF"), ""s + kMark + kMark + kMark);
  EXPECT_EQ(storable("\xED\xA0\x80"), ""s + kMark + kMark + kMark);
  EXPECT_EQ(storable("\xF4\x90\x80\x80"), ""s + kMark + kMark + kMark + kMark);
  EXPECT_EQ(storable("\x80"), kMark);
  EXPECT_EQ(storable("x\xE6\x9B"), "x"s + kMark + kMark);
  for (const std::string& text : {"\0"s, "\xFF"s, "\xC0\xAF"s, "ok\xE6\x9B"s}) {
    EXPECT_FALSE(is_storable(text));
    EXPECT_TRUE(is_storable(storable(text)));
  }
}

TEST(Text, FoldsEveryScript) {
  EXPECT_EQ(folded("HeLLo 123 %_\\"), "hello 123 %_\\");
  EXPECT_EQ(folded("\xC3\x84RGER"), folded("\xC3\xA4rger"));                          // Ärger
  EXPECT_EQ(folded("\xD0\x9C\xD0\x98\xD0\xA0"), folded("\xD0\xBC\xD0\xB8\xD1\x80"));  // МИР
  EXPECT_EQ(folded("\xCE\xA3\xCE\x9F\xCE\xA3"), folded("\xCF\x83\xCE\xBF\xCF\x82"));  // ΣΟΣ, σος
  EXPECT_EQ(folded("\xF0\x90\x90\x80"), folded("\xF0\x90\x90\xA8"));                  // Deseret
  EXPECT_EQ(folded("\xE6\x9B\xB2\xF0\x9F\x8E\xB5"), "\xE6\x9B\xB2\xF0\x9F\x8E\xB5");  // no case
  EXPECT_EQ(folded("A\0\xFF"s), "a"s + kMark + kMark);
}

}  // namespace
}  // namespace hitscope
