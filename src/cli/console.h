// Where a command writes: its result to `out`, all talk to `err`; and what those two are.
#pragma once

#include <cstddef>
#include <ostream>

#include "cli/arguments.h"

namespace hitscope::cli {

// Exit statuses.
inline constexpr int kAllDone = 0;
inline constexpr int kSomeFailed = 1;
inline constexpr int kWrongUsage = 2;
inline constexpr int kInterrupted = 130;  // 128 + SIGINT, as shells report it
inline constexpr int kNobodyReads = 141;  // 128 + SIGPIPE

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;     // on `out`
  std::size_t width = 88;  // of text lines

  [[nodiscard]] Format choose(Format asked, Format on_terminal = Format::text) const {
    if (asked != Format::automatic) return asked;
    return out_is_terminal ? on_terminal : Format::json;
  }
};

// Standard output and error as they are now: terminal or not, its width, NO_COLOR, TERM=dumb.
[[nodiscard]] Console standard_console();

}  // namespace hitscope::cli
