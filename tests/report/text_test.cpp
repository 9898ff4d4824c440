#include "report/text.h"

#include <gtest/gtest.h>

#include <string>

#include "core/holds.h"
#include "report/plain_text.h"
#include "report/sample_report.h"

namespace hitscope {
namespace {

// Line breaks and the space around them become one space each, so that words can be looked for.
std::string unwrapped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n';
    if (!space || !result.ends_with(' ')) result += space ? ' ' : c;
  }
  return result;
}

void expect_lines_within(const std::string& text, std::size_t width) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = text.find('\n', start);
    ASSERT_NE(end, std::string::npos) << "the last line is not ended";
    const std::string line = text.substr(start, end - start);
    EXPECT_LE(count_characters(line), width) << line;
    start = end + 1;
  }
}

TEST(ReportText, NamesEachMeasurementWithItsAlternatives) {
  const std::string text = unwrapped(to_text(testing::sample_report()));
  for (const char* part : {"Night Drive · The Synthesisers", "flac, 44.1 kHz, stereo, 3:17", "128.0 BPM",
                           "confidence 94 %", "half 64.0", "double 256.0", "A minor", "Camelot 8A",
                           "Open Key 1m", "runner-up C major (8B)", "-9.3 LUFS", "4.7 LU above",
                           "range 5.2 LU", "2310 Hz", "the stream was cut off", "clipping at 3 places"}) {
    EXPECT_TRUE(holds(text, part)) << part << "\n" << text;
  }
  EXPECT_FALSE(holds(text, "vote")) << "no verdict was asked for";
}

TEST(ReportText, ShowsFiveVotesTierAndProbabilityWithItsInterval) {
  const std::string text = unwrapped(to_text(testing::sample_judged_report()));
  for (const char* part :
       {"random forest", "XGBoost", "AdaBoost", "nearest neighbours", "decision tree", "POTENTIAL", "3 of 5",
        "34 %", "between 29 % and 41 %", "popularity of at least 15", "66 times in 100"}) {
    EXPECT_TRUE(holds(text, part)) << part << "\n" << text;
  }
}

TEST(ReportText, ExplainsOnlyWhenAsked) {
  const TrackReport report = testing::sample_explained_report();
  EXPECT_FALSE(holds(to_text(report), "points"));
  EXPECT_TRUE(holds(to_text(report, {.explain = true}), "+16.0 points"));
}

TEST(ReportText, SaysUnknownInsteadOfInventing) {
  TrackReport report;
  report.path = "silence.flac";
  const std::string text = to_text(report);
  EXPECT_FALSE(holds(text, "BPM")) << text;
  EXPECT_FALSE(holds(text, "major")) << text;
  EXPECT_TRUE(holds(text, "unknown")) << text;
}

TEST(ReportText, IsPlainWithoutColour) {
  EXPECT_FALSE(
      holds(to_text(testing::sample_explained_report(), {.colour = false, .explain = true}), "\033"));
  EXPECT_TRUE(holds(to_text(testing::sample_explained_report(), {.colour = true}), "\033["));
}

TEST(ReportText, ColourChangesNoWord) {
  const TrackReport report = testing::sample_explained_report();
  const std::string coloured = to_text(report, {.colour = true, .explain = true});
  std::string stripped;
  for (std::size_t i = 0; i < coloured.size(); ++i) {
    if (coloured[i] == '\033') {
      i = coloured.find('m', i);
    } else {
      stripped += coloured[i];
    }
  }
  EXPECT_EQ(stripped, to_text(report, {.colour = false, .explain = true}));
}

TEST(ReportText, HostileNamesCannotMoveTheCursor) {
  TrackReport report = testing::sample_report();
  report.title = "\033]0;owned\007";
  report.path = "a\nb\xFF.mp3";
  report.audio.warnings = {"\033[2J"};
  const std::string text = to_text(report);
  EXPECT_FALSE(holds(text, "\033"));
  EXPECT_FALSE(holds(text, "\007"));
  EXPECT_TRUE(holds(text, "a\uFFFDb\uFFFD.mp3"));
}

TEST(ReportText, LinesKeepWithinTheWidth) {
  TrackReport report = testing::sample_explained_report();
  report.path = "x.flac";
  for (const std::size_t width : {70U, 88U, 100U}) {
    expect_lines_within(to_text(report, {.explain = true, .width = width}), width);
  }
}

TEST(ReportText, AnErrorHasPathTypeAndReason) {
  const std::string text =
      to_text(failed_report("x.mp3", {ErrorKind::corrupt, "The audio is damaged.", "frame 3"}));
  EXPECT_TRUE(holds(text, "x.mp3"));
  EXPECT_TRUE(holds(text, "The audio is damaged. (corrupt)"));
  EXPECT_TRUE(holds(text, "frame 3"));
}

}  // namespace
}  // namespace hitscope
