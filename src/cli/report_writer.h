// Reports to a stream in the asked format, one after another, so that what is done is out before the rest is.
#pragma once

#include <ostream>

#include "cli/arguments.h"
#include "report/text.h"
#include "report/track_report.h"

namespace hitscope::cli {

class ReportWriter {
 public:
  // format: json (one array), jsonl, csv or text.
  ReportWriter(std::ostream& out, Format format, const TextStyle& style)
      : out_(out), format_(format), style_(style) {}

  // False when the reader has gone away: nothing more need be made.
  bool write(const TrackReport& report);
  // Closes what is open; with nothing written, an empty array or the header alone. Call once, at the end.
  bool end();

 private:
  void open();

  std::ostream& out_;
  Format format_;
  TextStyle style_;
  bool opened_ = false;
};

}  // namespace hitscope::cli
