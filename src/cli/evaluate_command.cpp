#include <string_view>
#include <utility>

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/evaluation_report.h"
#include "cli/interrupt.h"
#include "cli/learning.h"
#include "learn/evaluation.h"

namespace hitscope::cli {
namespace {

// The text was checked when the arguments were parsed.
void set_protocol(EvaluateOptions& options, std::string_view text) {
  constexpr std::string_view kSplit = "split=";
  if (text.starts_with(kSplit)) {
    options.protocol = Protocol::split;
    options.split_file = text.substr(kSplit.size());
    return;
  }
  for (const Protocol protocol : {Protocol::random, Protocol::grouped, Protocol::transfer}) {
    if (name_of(protocol) == text) options.protocol = protocol;
  }
}

}  // namespace

int run(const EvaluateArguments& arguments, const Console& console) {
  stop_watching_for_interrupts();
  const LearningArguments& learning = arguments.learning;
  Result<Recipe> recipe = load_recipe(learning.recipe);
  if (!recipe) return complain(console, learning.recipe, recipe.error());
  Result<std::vector<ColumnMapping>> columns = parse_columns(learning.columns);
  if (!columns) return complain(console, "--column", columns.error());

  EvaluateOptions options;
  options.data = table_paths(learning);
  options.mappings = std::move(*columns);
  options.recipe = std::move(*recipe);
  set_protocol(options, arguments.protocol);
  options.learn.n_threads = learning.jobs;
  options.learn.progress = learning_bar(learning, console);
  const Result<Evaluation> evaluation = evaluate(options);
  options.learn.progress = {};
  if (!evaluation) return complain(console, "evaluate", evaluation.error());

  const bool json = console.choose(arguments.format, Format::markdown) == Format::json;
  console.out << (json ? to_json(*evaluation) + "\n" : to_markdown(*evaluation)) << std::flush;
  if (!learning.report_folder.empty()) {
    const auto written = write_evaluation_report(*evaluation, learning.report_folder);
    if (!written) return complain(console, learning.report_folder, written.error());
  }
  return console.out ? kAllDone : kNobodyReads;
}

}  // namespace hitscope::cli
