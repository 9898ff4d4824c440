// A progress bar on stderr: items, share done, estimated time left (as the work went so far), what is being
// worked on. Drawn on a terminal only, unless asked for.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>

#include "cli/arguments.h"
#include "cli/console.h"

namespace hitscope::cli {

struct ProgressState {
  std::size_t items = 0;
  std::size_t items_done = 0;
  double share = 0;  // of the whole, 0..1
  double elapsed_s = 0;
  std::string name;  // what is being worked on
};

// "  12/100 ████████░░░░░░░░  12 %  0:43 left  name", at most `width` characters.
[[nodiscard]] std::string progress_line(const ProgressState& state, std::size_t width);

// Where a bar is drawn, if it is: one line of stderr, redrawn in place at most ten times a second.
class ProgressBar {
 public:
  ProgressBar(const Console& console, ProgressMode mode);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();  // leaves no trace of itself

  void draw(const ProgressState& state, bool at_once);
  void erase();

 private:
  std::ostream& err_;
  bool shown_;
  std::size_t width_;
  bool on_screen_ = false;
  std::chrono::steady_clock::time_point last_drawn_;
};

// Of many items, several of which may be under way at a time. Safe to call from many threads.
class Progress {
 public:
  Progress(const Console& console, ProgressMode mode, std::size_t items);

  void begin(std::size_t item, const std::string& name);
  void advance(std::size_t item, double share);  // of this item, 0..1
  void finish(std::size_t item);

  // Takes the bar away while something else is written to the terminal; the next update brings it back.
  void hide();

 private:
  void draw(bool at_once);

  ProgressBar bar_;
  std::mutex mutex_;
  ProgressState state_;
  std::map<std::size_t, double> under_way_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Of stages that follow each other, each with items of its own; the time left is that of the stage.
class StageProgress {
 public:
  StageProgress(const Console& console, ProgressMode mode) : bar_(console, mode) {}

  void show(std::string_view stage, std::size_t done, std::size_t total);

 private:
  ProgressBar bar_;
  ProgressState state_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace hitscope::cli
