#include <fmt/format.h>
#include <nanobind/stl/function.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audio/byte_source.h"
#include "cli/evaluation_report.h"
#include "data/recipe.h"
#include "learn/evaluation.h"
#include "learn/trainer.h"
#include "report/sha256.h"
#include "wires.h"

namespace hitscope::python {
namespace {

namespace fs = std::filesystem;

// Thrown by our own callback to leave a training that Ctrl-C, or the caller's progress, ended.
struct Left {};

// What train() and evaluate() share, as Python hands it over.
struct Request {
  std::vector<fs::path> data;
  std::vector<ColumnMapping> mappings;
  Recipe recipe;
};

fs::path path_of(const nb::bytes& path) {
  return std::string(path.c_str(), path.size());
}

Request request_of(const std::vector<nb::bytes>& data,
                   const std::vector<std::pair<std::string, std::string>>& columns,
                   const std::string& recipe) {
  Request request{.data = {}, .mappings = {}, .recipe = value_of(load_recipe(recipe))};
  for (const nb::bytes& path : data) request.data.push_back(path_of(path));
  for (const auto& [name, source] : columns) {
    request.mappings.push_back(value_of(parse_mapping(fmt::format("{}={}", name, source))));
  }
  return request;
}

// Tells `progress` (a callable or None) where learning is, and leaves it when that or Ctrl-C asks for it.
// Constructed and destroyed with the interpreter held, called without.
class Progress {
 public:
  explicit Progress(nb::object told) : told_(std::move(told)) {}

  [[nodiscard]] LearnProgress callback() {
    return [this](std::string_view doing, std::size_t done, std::size_t total) {
      const nb::gil_scoped_acquire held;
      if (PyErr_CheckSignals() != 0) throw Left{};
      if (told_.is_none()) return;
      const nb::object text = nb::str(doing.data(), doing.size());
      const nb::object said = nb::steal(PyObject_CallFunction(
          told_.ptr(), "Onn", text.ptr(), static_cast<Py_ssize_t>(done), static_cast<Py_ssize_t>(total)));
      if (!said.is_valid()) throw Left{};
    };
  }

 private:
  nb::object told_;
};

// Runs the work without the interpreter; whoever left it has set Python's error.
template <typename Work>
auto without_interpreter(Work work) {
  try {
    const nb::gil_scoped_release released;
    return work();
  } catch (const Left&) {
    throw nb::python_error();
  }
}

nb::list stages_of(const std::vector<TableStages>& tables) {
  nb::list all;
  for (const TableStages& table : tables) {
    nb::list stages;
    for (const StageReport& stage : table.stages) {
      nb::dict entry;
      entry["name"] = stage.name;
      entry["rows_in"] = stage.rows_in;
      entry["rows_out"] = stage.rows_out;
      entry["note"] = stage.note;
      stages.append(entry);
    }
    nb::dict entry;
    entry["table"] = table.table;
    entry["stages"] = stages;
    all.append(entry);
  }
  return all;
}

nb::dict train_bundle(const std::vector<nb::bytes>& data,
                      const std::vector<std::pair<std::string, std::string>>& columns,
                      const std::string& recipe, const nb::bytes& out_bytes, const nb::bytes& report_bytes,
                      unsigned jobs, nb::object progress) {
  Request request = request_of(data, columns, recipe);
  const fs::path out = path_of(out_bytes);
  const fs::path report = path_of(report_bytes);
  Progress told(std::move(progress));
  TrainOptions options;
  options.data = std::move(request.data);
  options.mappings = std::move(request.mappings);
  options.recipe = std::move(request.recipe);
  options.digest = [](const fs::path& path) -> Result<std::string> {
    const Result<std::unique_ptr<ByteSource>> source = open_file(path);
    if (!source) return tl::unexpected(source.error());
    return sha256_hex(**source);
  };
  options.learn.n_threads = jobs;
  options.learn.progress = told.callback();

  const fs::path card_path = fs::path(out).replace_extension(".md");
  const TrainedBundle trained = without_interpreter([&] {
    TrainedBundle made = value_of(train(options));
    made.bundle.card.name = out.stem().string();
    check(save_bundle(made.bundle, out));
    const std::string card = card_markdown(made);
    if (!(std::ofstream(card_path) << card).flush()) {
      check(fail(ErrorKind::unreadable, "The card cannot be written.", card_path.string()));
    }
    if (!report.empty()) check(cli::write_training_report(card, made.evaluation, made.bundle, report));
    return made;
  });

  nb::dict answer;
  answer["path"] = path_text(out.string());
  answer["card"] = path_text(card_path.string());
  answer["auc_grouped"] =
      trained.bundle.card.auc_grouped ? nb::cast(*trained.bundle.card.auc_grouped) : nb::none();
  answer["ece"] = trained.bundle.card.ece ? nb::cast(*trained.bundle.card.ece) : nb::none();
  answer["tables"] = stages_of(trained.stages);
  answer["evaluation"] = nb::module_::import_("json").attr("loads")(to_json(trained.evaluation));
  return answer;
}

// "random", "grouped", "transfer" or "split=FILE.csv".
void set_protocol(EvaluateOptions& options, std::string_view text) {
  constexpr std::string_view kSplit = "split=";
  if (text.starts_with(kSplit)) {
    options.protocol = Protocol::split;
    options.split_file = text.substr(kSplit.size());
    return;
  }
  for (const Protocol protocol : {Protocol::random, Protocol::grouped, Protocol::transfer}) {
    if (name_of(protocol) == text) {
      options.protocol = protocol;
      return;
    }
  }
  throw nb::value_error("protocol is \"random\", \"grouped\", \"transfer\" or \"split=FILE.csv\"");
}

std::string evaluate_recipe(const std::vector<nb::bytes>& data,
                            const std::vector<std::pair<std::string, std::string>>& columns,
                            const std::string& recipe, const nb::bytes& protocol,
                            const nb::bytes& report_bytes, unsigned jobs, nb::object progress) {
  Request request = request_of(data, columns, recipe);
  const fs::path report = path_of(report_bytes);
  Progress told(std::move(progress));
  EvaluateOptions options;
  options.data = std::move(request.data);
  options.mappings = std::move(request.mappings);
  options.recipe = std::move(request.recipe);
  set_protocol(options, path_of(protocol).string());
  options.learn.n_threads = jobs;
  options.learn.progress = told.callback();
  return without_interpreter([&] {
    const Evaluation evaluation = value_of(evaluate(options));
    if (!report.empty()) check(cli::write_evaluation_report(evaluation, report));
    return to_json(evaluation);
  });
}

}  // namespace

void bind_learning(nb::module_& module) {
  module.def("train", train_bundle, nb::arg("data"), nb::arg("columns"), nb::arg("recipe"), nb::arg("out"),
             nb::arg("report"), nb::arg("jobs"), nb::arg("progress").none(),
             nb::sig("def train(data: list[bytes], columns: list[tuple[str, str]], recipe: str, out: bytes, "
                     "report: bytes, jobs: int, progress: typing.Callable[[str, int, int], object] | None) "
                     "-> dict[str, typing.Any]"),
             "What ``hitscope train`` does; see `hitscope.train`.");
  module.def(
      "evaluate", evaluate_recipe, nb::arg("data"), nb::arg("columns"), nb::arg("recipe"),
      nb::arg("protocol"), nb::arg("report"), nb::arg("jobs"), nb::arg("progress").none(),
      nb::sig("def evaluate(data: list[bytes], columns: list[tuple[str, str]], recipe: str, protocol: bytes, "
              "report: bytes, jobs: int, progress: typing.Callable[[str, int, int], object] | None) "
              "-> str"),
      "What ``hitscope evaluate --format json`` prints; see `hitscope.evaluate`.");
}

}  // namespace hitscope::python
