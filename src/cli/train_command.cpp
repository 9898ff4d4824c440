#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "audio/byte_source.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/evaluation_report.h"
#include "cli/interrupt.h"
#include "cli/learning.h"
#include "learn/trainer.h"
#include "model/bundle.h"
#include "report/plain_text.h"
#include "report/sha256.h"

namespace hitscope::cli {
namespace {

namespace fs = std::filesystem;

Result<std::string> digest_of(const fs::path& path) {
  const Result<std::unique_ptr<ByteSource>> source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  return sha256_hex(**source);
}

void tell(const TrainedBundle& trained, const fs::path& out, const Console& console) {
  for (const TableStages& table : trained.stages) {
    console.err << fmt::format("{}:\n", printable(table.table));
    for (const StageReport& stage : table.stages) {
      console.err << fmt::format("  {:<24} {:>8} -> {:>8} rows  {}\n", printable(stage.name), stage.rows_in,
                                 stage.rows_out, printable(stage.note));
    }
  }
  const BundleCard& card = trained.bundle.card;
  if (card.auc_grouped)
    console.err << fmt::format("AUC {:.3f} on artists not learnt from", *card.auc_grouped);
  if (card.ece) console.err << fmt::format(", calibration error {:.3f}", *card.ece);
  console.err << fmt::format("\nhitscope: wrote {}\n", printable(out.string()));
}

}  // namespace

int run(const TrainArguments& arguments, const Console& console) {
  stop_watching_for_interrupts();
  const LearningArguments& learning = arguments.learning;
  Result<Recipe> recipe = load_recipe(learning.recipe);
  if (!recipe) return complain(console, learning.recipe, recipe.error());
  Result<std::vector<ColumnMapping>> columns = parse_columns(learning.columns);
  if (!columns) return complain(console, "--column", columns.error());

  TrainOptions options;
  options.data = table_paths(learning);
  options.mappings = std::move(*columns);
  options.recipe = std::move(*recipe);
  options.digest = digest_of;
  options.learn.n_threads = learning.jobs;
  options.learn.progress = learning_bar(learning, console);
  Result<TrainedBundle> trained = train(options);
  options.learn.progress = {};
  if (!trained) return complain(console, "train", trained.error());

  const fs::path out = arguments.out;
  trained->bundle.card.name = out.stem().string();
  if (const Result<void> saved = save_bundle(trained->bundle, out); !saved) {
    return complain(console, out.string(), saved.error());
  }
  const std::string card = card_markdown(*trained);
  const fs::path card_path = fs::path(out).replace_extension(".md");
  if (!(std::ofstream(card_path) << card).flush()) {
    return complain(console, card_path.string(), {ErrorKind::unreadable, "The card cannot be written.", ""});
  }
  if (!learning.report_folder.empty()) {
    const auto written =
        write_training_report(card, trained->evaluation, trained->bundle, learning.report_folder);
    if (!written) return complain(console, learning.report_folder, written.error());
  }
  tell(*trained, out, console);
  return kAllDone;
}

}  // namespace hitscope::cli
