#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/matrix.h"
#include "core/parallel.h"
#include "model/find_bundle.h"
#include "report/bundle_json.h"
#include "report/judge.h"
#include "track.h"
#include "wires.h"

namespace hitscope::python {
namespace {

using Table = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

PyBundle load(const std::string& name_or_path, const std::string& own_folder) {
  const auto path = value_of(find_bundle(name_or_path, own_folder));
  Bundle bundle = value_of(load_bundle(path));
  return {std::make_shared<const Predictor>(std::move(bundle)), path.string()};
}

Measurements measurements_from(const std::vector<std::string>& names, std::span<const double> values) {
  Measurements attributes;
  for (std::size_t i = 0; i < names.size(); ++i) attributes.set(names[i], values[i]);
  return attributes;
}

nb::set input_names(const PyBundle& self) {
  nb::set names;
  const auto add = [&](const std::string& name) { names.add(nb::str(name.data(), name.size())); };
  for (const Feature& feature : self.predictor->bundle().features) {
    add(feature.name);
    if (!feature.source.empty()) add(feature.source);
  }
  for (const Estimator& estimator : self.predictor->bundle().estimators) {
    for (const EstimatorInput& input : estimator.inputs) add(input.name);
  }
  return names;
}

// One row a track: votes for a hit, probability, its interval, the five models' probabilities.
constexpr std::size_t kRowNumbers = 4 + kModelCount;

nb::ndarray<nb::numpy, double, nb::ndim<2>> judge_rows(const PyBundle& self,
                                                       const std::vector<std::string>& names,
                                                       const Table& rows, unsigned jobs) {
  if (rows.shape(1) != names.size()) throw nb::value_error("there is not one name for each column");
  const std::size_t count = rows.shape(0);
  auto numbers = std::make_unique<double[]>(count * kRowNumbers);  // NOLINT(*-avoid-c-arrays): NumPy's to own
  {
    const MatrixView<double> table({rows.data(), count * names.size()}, names.size());
    const nb::gil_scoped_release released;
    parallel_for(count, jobs, [&](std::size_t row, std::size_t /*worker*/) {
      const Verdict verdict = judge_attributes(measurements_from(names, table.row(row)), *self.predictor);
      const std::span out(numbers.get() + row * kRowNumbers, kRowNumbers);
      out[0] = verdict.votes_for_hit;
      out[1] = verdict.probability;
      out[2] = verdict.probability_low;
      out[3] = verdict.probability_high;
      for (std::size_t m = 0; m < kModelCount; ++m) out[4 + m] = verdict.votes[m].probability;
    });
  }
  double* data = numbers.get();
  const nb::capsule owner(numbers.release(),
                          [](void* memory) noexcept { delete[] static_cast<double*>(memory); });
  return {data, {count, kRowNumbers}, owner};
}

PyVerdict judge_row(const PyBundle& self, const std::vector<std::string>& names,
                    const std::vector<double>& values, bool explain) {
  if (values.size() != names.size()) throw nb::value_error("there is not one name for each value");
  const nb::gil_scoped_release released;
  return {judge_attributes(measurements_from(names, values), *self.predictor, explain),
          summary_of(self.predictor->bundle())};
}

JudgedTrack judge_track(const PyBundle& self, const Track& track, bool explain) {
  const nb::gil_scoped_release released;
  auto report = std::make_shared<TrackReport>(*track.report);
  check(judge(*report, *self.predictor, explain));
  return {{std::move(report)}};
}

}  // namespace

void bind_bundle(nb::module_& module) {
  nb::class_<PyBundle>(module, "Bundle",
                       R"(Everything that is served: scaler, five models, calibration, estimators, card.

Made by `load_bundle`. Safe to use from many threads.)")
      .def_prop_ro(
          "path", [](const PyBundle& self) { return path_text(self.path); }, nb::sig("def path(self) -> str"),
          "str: the file it was read from.")
      .def_prop_ro("name", [](const PyBundle& self) { return self.predictor->bundle().card.name; })
      .def_prop_ro("version", [](const PyBundle& self) { return self.predictor->bundle().card.version; })
      .def_prop_ro(
          "event", [](const PyBundle& self) { return self.predictor->bundle().card.event; },
          "str: what HIT means, in one sentence.")
      .def_prop_ro(
          "feature_names",
          [](const PyBundle& self) {
            std::vector<std::string> names;
            for (const Feature& feature : self.predictor->bundle().features) names.push_back(feature.name);
            return names;
          },
          "list of str: its inputs, by the tables' names.")
      .def_prop_ro("input_names", input_names, nb::sig("def input_names(self) -> set[str]"),
                   "set of str: every name that a row of attributes may use: features, their sources, "
                   "estimators' inputs.")
      .def_prop_ro(
          "card",
          [](const PyBundle& self) {
            return nb::module_::import_("json").attr("loads")(
                to_json(self.predictor->bundle(), self.path, JsonLayout::compact));
          },
          nb::sig("def card(self) -> dict[str, typing.Any]"),
          "dict: what ``hitscope model show --format json`` prints: features, estimators, data, metrics.")
      .def_prop_ro(
          "metrics",
          [](const PyBundle& self) -> nb::object {
            const std::string& metrics = self.predictor->bundle().card.metrics_json;
            if (metrics.empty()) return nb::none();
            return nb::module_::import_("json").attr("loads")(metrics);
          },
          nb::sig("def metrics(self) -> dict[str, typing.Any] | None"),
          "dict or None: quality by protocol, as ``hitscope evaluate --format json`` prints it.")
      .def("judge_track", judge_track, nb::arg("track"), nb::kw_only(), nb::arg("explain") = false,
           R"(The track with estimates and a verdict; the given one stays as it is.

Raises
------
NoSignalError
    Neither loudness nor tempo nor key could be measured.)")
      .def("judge_row", judge_row, nb::arg("names"), nb::arg("values"), nb::kw_only(),
           nb::arg("explain") = false,
           R"(The verdict on one row of attributes.

Parameters
----------
names : list of str
    Names of attributes (``tempo``) or of measurements (``tempo_bpm``).
values : list of float
    One a name; NaN is unknown.
explain : bool
    With Shapley values.)")
      .def("judge_rows", judge_rows, nb::arg("names"), nb::arg("rows"), nb::kw_only(), nb::arg("jobs") = 0,
           R"(The verdicts on many rows of attributes, as numbers.

Parameters
----------
names : list of str
    What the columns are, as for `judge_row`.
rows : numpy.ndarray of float64, shape (rows, columns), C order
    NaN is unknown.
jobs : int
    Threads; 0 is one a processor.

Returns
-------
numpy.ndarray of float64, shape (rows, 9)
    Votes for a hit, probability, the two ends of its interval, the five models' probabilities.)")
      .def("__repr__", [](const PyBundle& self) {
        const BundleCard& card = self.predictor->bundle().card;
        return nb::str("<Bundle {!r} version {}>").format(card.name, card.version);
      });
  module.def(
      "load_bundle",
      [](nb::bytes name_or_path, nb::bytes own_folder) {
        const std::string name(name_or_path.c_str(), name_or_path.size());
        const std::string own(own_folder.c_str(), own_folder.size());
        const nb::gil_scoped_release released;
        return load(name, own);
      },
      nb::arg("name_or_path"), nb::arg("own_folder"),
      "A bundle by name or path, both as the system's bytes.");
}

}  // namespace hitscope::python
