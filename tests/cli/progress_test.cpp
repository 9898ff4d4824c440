#include "cli/progress.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "core/holds.h"
#include "report/plain_text.h"

namespace hitscope::cli {
namespace {

TEST(ProgressLine, ShowsItemsShareTimeLeftAndName) {
  const std::string line =
      progress_line({.items = 100, .items_done = 25, .share = 0.25, .elapsed_s = 20, .name = "song.mp3"}, 88);
  EXPECT_TRUE(holds(line, "25/100")) << line;
  EXPECT_TRUE(holds(line, "██████░░░░░░░░░░░░░░░░░░")) << line;
  EXPECT_TRUE(holds(line, "25 %")) << line;
  EXPECT_TRUE(holds(line, "1:00 left")) << line;  // a quarter took 20 s, so the rest takes 60
  EXPECT_TRUE(holds(line, "song.mp3")) << line;
}

TEST(ProgressLine, EstimatesNothingBeforeThereIsSomethingToGoBy) {
  EXPECT_FALSE(holds(
      progress_line({.items = 9, .items_done = 0, .share = 0, .elapsed_s = 60, .name = ""}, 88), "left"));
  EXPECT_FALSE(holds(
      progress_line({.items = 9, .items_done = 0, .share = 0.1, .elapsed_s = 0.1, .name = ""}, 88), "left"));
}

TEST(ProgressLine, KeepsTheEndOfALongNameWithinTheWidth) {
  const std::string name = std::string(300, 'x') + "é/song.mp3";
  const std::string line =
      progress_line({.items = 1, .items_done = 0, .share = 0, .elapsed_s = 0, .name = name}, 60);
  EXPECT_EQ(count_characters(line), 60U);
  EXPECT_TRUE(line.ends_with("é/song.mp3")) << line;
}

TEST(ProgressLine, NamesCannotMoveTheCursor) {
  EXPECT_FALSE(
      holds(progress_line({.items = 1, .items_done = 0, .share = 0, .elapsed_s = 0, .name = "\033[2J"}, 88),
            "\033"));
}

struct Screen {
  std::ostringstream out;
  std::ostringstream err;
  Console console{.out = out, .err = err};
};

TEST(Progress, WritesNothingButToATerminal) {
  Screen screen;
  {
    Progress progress(screen.console, ProgressMode::automatic, 2);
    progress.begin(0, "a");
    progress.finish(0);
  }
  EXPECT_EQ(screen.err.str(), "");
}

TEST(Progress, NeverMeansNever) {
  Screen screen;
  screen.console.err_is_terminal = true;
  Progress progress(screen.console, ProgressMode::never, 1);
  progress.begin(0, "a");
  progress.finish(0);
  EXPECT_EQ(screen.err.str(), "");
}

TEST(StageProgress, ShowsTheStageAndHowFarItIs) {
  Screen screen;
  {
    StageProgress progress(screen.console, ProgressMode::always);
    progress.show("random forest", 1, 4);
  }
  EXPECT_TRUE(holds(screen.err.str(), "1/4"));
  EXPECT_TRUE(holds(screen.err.str(), "25 %"));
  EXPECT_TRUE(holds(screen.err.str(), "random forest"));
  EXPECT_TRUE(screen.err.str().ends_with("\r\033[K"));
}

TEST(Progress, LeavesAnEmptyLineBehind) {
  Screen screen;
  {
    Progress progress(screen.console, ProgressMode::always, 1);
    progress.begin(0, "a");
    progress.finish(0);
  }
  EXPECT_TRUE(holds(screen.err.str(), "1/1"));
  EXPECT_TRUE(screen.err.str().ends_with("\r\033[K"));
  EXPECT_EQ(screen.out.str(), "");
}

}  // namespace
}  // namespace hitscope::cli
