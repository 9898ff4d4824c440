#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "cli/bundle_choice.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/interrupt.h"
#include "cli/track_batch.h"
#include "data/table.h"
#include "report/judge.h"
#include "report/row_report.h"

namespace hitscope::cli {
namespace {

// Rows of attributes, written as they are judged.
class RowWriter {
 public:
  RowWriter(const Console& console, Format format, ModelSummary model)
      : out_(console.out), colour_(console.colour), format_(format), model_(std::move(model)) {}

  void begin() {
    if (format_ == Format::csv) out_ << row_csv_header() << '\n';
    if (format_ == Format::json) out_ << '[';
  }

  void write(const RowReport& report) {
    switch (format_) {
      case Format::csv:
        out_ << row_csv(report);
        break;
      case Format::text:
        out_ << row_text(report, colour_);
        break;
      case Format::json:
        out_ << (report.row == 0 ? "\n  " : ",\n  ") << row_json(report, model_, JsonLayout::readable, 2);
        break;
      default:
        out_ << row_json(report, model_, JsonLayout::compact);
        break;
    }
    if (format_ != Format::json) out_ << '\n';
  }

  // False when the reader has gone away.
  bool end(bool empty) {
    if (format_ == Format::json) out_ << (empty ? "]\n" : "\n]\n");
    return static_cast<bool>(out_.flush());
  }

 private:
  std::ostream& out_;
  bool colour_;
  Format format_;
  std::optional<ModelSummary> model_;
};

// The number columns of a table, as measurements of each row.
class AttributeRows {
 public:
  explicit AttributeRows(const Table& table) {
    for (const std::string_view name : kAttributes) {
      if (table.has(name)) columns_.push_back({name, table.numbers(name)});
    }
  }

  [[nodiscard]] Measurements operator[](std::size_t row) const {
    Measurements attributes;
    for (const Column& column : columns_) attributes.set(column.name, column.values[row]);
    return attributes;
  }

  [[nodiscard]] bool empty() const { return columns_.empty(); }

 private:
  struct Column {
    std::string_view name;
    std::span<const double> values;
  };
  std::vector<Column> columns_;
};

int judge_table(const PredictArguments& arguments, const Console& console, const Predictor& predictor) {
  const auto columns = parse_columns(arguments.columns);
  if (!columns) return complain(console, "--column", columns.error());
  const Result<Table> table = Table::read(arguments.attributes_table, *columns);
  if (!table) return complain(console, arguments.attributes_table, table.error());
  const AttributeRows rows(*table);
  if (rows.empty()) {
    return complain(console, arguments.attributes_table,
                    {ErrorKind::table_invalid, "The table has none of the attributes' columns.",
                     fmt::format("known are {}", fmt::join(kAttributes, ", "))});
  }
  const Format format = console.choose(arguments.tracks.format);
  RowWriter writer(console, format, summary_of(predictor.bundle()));
  writer.begin();
  std::size_t row = 0;
  for (; row < table->rows() && console.out && !interrupt_flag(); ++row) {
    writer.write({.row = row, .verdict = judge_attributes(rows[row], predictor, arguments.explain)});
  }
  if (!writer.end(row == 0)) return kNobodyReads;
  return interrupt_flag() ? kInterrupted : kAllDone;
}

}  // namespace

int run(const PredictArguments& arguments, const Console& console) {
  const bool from_table = !arguments.attributes_table.empty();
  const std::string made_for_input = from_table ? "attributes" : "default";
  const std::string model = arguments.model.empty() ? made_for_input : arguments.model;
  std::optional<Predictor> predictor;
  const auto load = [&]() -> Result<void> {
    Result<Predictor> loaded = load_predictor(model);
    if (!loaded) return tl::unexpected(std::move(loaded.error()));
    predictor.emplace(std::move(*loaded));
    return {};
  };
  if (from_table) {
    if (const Result<void> loaded = load(); !loaded) return complain(console, model, loaded.error());
    return judge_table(arguments, console, *predictor);
  }
  const Result<int> status =
      run_track_batch(arguments.tracks, console, arguments.explain, [&]() -> Result<Judge> {
        if (Result<void> loaded = load(); !loaded) return tl::unexpected(std::move(loaded.error()));
        return [&](TrackReport& report) { return judge(report, *predictor, arguments.explain); };
      });
  return status ? *status : complain(console, model, status.error());
}

}  // namespace hitscope::cli
