#include "report/plain_text.h"

#include <gtest/gtest.h>

#include <string>

namespace hitscope {
namespace {

const std::string kReplaced = "\uFFFD";

TEST(WellFormedUtf8, LeavesWellFormedTextAlone) {
  for (const std::string text : {"", "plain", "Sigur Rós", "東京", "🎵", "tab\tand\nline"}) {
    EXPECT_EQ(well_formed_utf8(text), text);
  }
}

TEST(WellFormedUtf8, ReplacesEachByteThatBelongsToNoSequence) {
  EXPECT_EQ(well_formed_utf8("a\xFFz"), "a" + kReplaced + "z");
  EXPECT_EQ(well_formed_utf8("\x80"), kReplaced);                  // a continuation alone
  EXPECT_EQ(well_formed_utf8("caf\xE9"), "caf" + kReplaced);       // Latin-1, cut at the end
  EXPECT_EQ(well_formed_utf8("\xC0\xAF"), kReplaced + kReplaced);  // overlong "/"
  EXPECT_EQ(well_formed_utf8("\xE0\x80\xAF"), kReplaced + kReplaced + kReplaced);
  EXPECT_EQ(well_formed_utf8("\xED\xA0\x80"), kReplaced + kReplaced + kReplaced);  // a surrogate
  EXPECT_EQ(well_formed_utf8("\xF4\x90\x80\x80").size(), 4 * kReplaced.size());    // above U+10FFFF
}

TEST(WellFormedUtf8, KeepsTheEndsOfTheRange) {
  for (const std::string text :
       {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(well_formed_utf8(text), text);
  }
}

TEST(Printable, NothingCanMoveTheCursor) {
  EXPECT_EQ(printable("\033[2Jgone"), kReplaced + "[2Jgone");
  EXPECT_EQ(printable("a\nb\rc\td"), "a" + kReplaced + "b" + kReplaced + "c" + kReplaced + "d");
  EXPECT_EQ(printable("\x7F"), kReplaced);
  EXPECT_EQ(printable("\u009B31m"), kReplaced + "31m");                 // the one-character form of ESC [
  EXPECT_EQ(printable("x\u202Egpj.exe"), "x" + kReplaced + "gpj.exe");  // right-to-left override
  EXPECT_EQ(printable("Björk · 東京"), "Björk · 東京");
}

TEST(CountCharacters, CountsCodePoints) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("abc"), 3U);
  EXPECT_EQ(count_characters("Rós█"), 4U);
}

TEST(Wrap, BreaksAtSpacesWithinTheWidth) {
  EXPECT_EQ(wrap("one two three", 8), "one two\nthree\n");
  EXPECT_EQ(wrap("one two", 7), "one two\n");
  EXPECT_EQ(wrap("one two", 6), "one\ntwo\n");
}

TEST(Wrap, IndentsEveryLineAndCountsTheIndent) {
  EXPECT_EQ(wrap("one two", 8, "  "), "  one\n  two\n");
}

TEST(Wrap, ALongWordStandsAlone) {
  EXPECT_EQ(wrap("a extraordinary b", 5), "a\nextraordinary\nb\n");
}

TEST(Wrap, CountsCharactersNotBytes) {
  EXPECT_EQ(wrap("██ ██", 5), "██ ██\n");
}

TEST(Wrap, NothingGivesNothing) {
  EXPECT_EQ(wrap("  ", 10), "");
}

}  // namespace
}  // namespace hitscope
