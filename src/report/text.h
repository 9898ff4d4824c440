// A report as text that a person enjoys reading on a terminal: measurements with their confidence and their
// alternatives, the five votes as bars, the verdict with what it means and what it cannot know.
//
// Names and messages from outside are made printable first. Lines are at most `width` characters where words
// allow it. Colour is the caller's decision (a terminal, and NO_COLOR not set).
#pragma once

#include <cstddef>
#include <string>

#include "report/track_report.h"

namespace hitscope {

struct TextStyle {
  bool colour = false;
  bool explain = false;  // adds what moved the probability, as figures and as a paragraph
  std::size_t width = 88;
};

// Ends with a line feed.
[[nodiscard]] std::string to_text(const TrackReport& report, const TextStyle& style = {});

}  // namespace hitscope
