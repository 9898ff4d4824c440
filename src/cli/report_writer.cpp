#include "cli/report_writer.h"

#include <utility>

#include "report/csv.h"
#include "report/json.h"

namespace hitscope::cli {

// What stands before the next report: the opening of the output, or the separator.
void ReportWriter::open() {
  const bool first = !std::exchange(opened_, true);
  switch (format_) {
    case Format::json:
      out_ << (first ? "[" : ",");
      break;
    case Format::csv:
      if (first) out_ << csv_header() << '\n';
      break;
    case Format::text:
      if (!first) out_ << '\n';
      break;
    default:
      break;
  }
}

bool ReportWriter::write(const TrackReport& report) {
  open();
  switch (format_) {
    case Format::json:
      out_ << "\n  " << to_json(report, JsonLayout::readable, 2);
      break;
    case Format::csv:
      out_ << csv_row(report) << '\n';
      break;
    case Format::text:
      out_ << to_text(report, style_);
      break;
    default:
      out_ << to_json(report, JsonLayout::compact) << '\n';
      break;
  }
  return static_cast<bool>(out_.flush());
}

bool ReportWriter::end() {
  const bool empty = !opened_;
  if (empty && format_ == Format::csv) open();
  if (format_ == Format::json) out_ << (empty ? "[]\n" : "\n]\n");
  return static_cast<bool>(out_.flush());
}

}  // namespace hitscope::cli
