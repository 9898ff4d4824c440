#include "report/row_report.h"

#include <fmt/format.h>

#include "report/paint.h"
#include "report/wording.h"

namespace hitscope {

std::string row_csv_header() {
  return "row,label,votes_for_hit,probability";
}

std::string row_csv(const RowReport& report) {
  const Verdict& verdict = report.verdict;
  return fmt::format("{},{},{},{}", report.row, label_name(verdict.label), verdict.votes_for_hit,
                     verdict.probability);
}

std::string row_json(const RowReport& report, const std::optional<ModelSummary>& model, JsonLayout layout,
                     int indent) {
  const std::string verdict = to_json(report.verdict, model, layout, indent);
  if (layout == JsonLayout::compact) return fmt::format(R"({{"row":{},"verdict":{}}})", report.row, verdict);
  return fmt::format(R"({{"row": {}, "verdict": {}}})", report.row, verdict);
}

std::string row_text(const RowReport& report, bool colour) {
  constexpr std::size_t kBarWidth = 24;
  const Verdict& verdict = report.verdict;
  const Paint paint(colour);
  const Ink ink = verdict.label == Label::hit ? Ink::green : Ink::dim;
  return fmt::format("{:>8}  {} {} of {}  {} {:>10}", report.row,
                     paint(ink, fmt::format("{:<4}", label_name(verdict.label))), verdict.votes_for_hit,
                     kModelCount, paint(ink, bar(verdict.probability, kBarWidth)),
                     percent(verdict.probability));
}

}  // namespace hitscope
