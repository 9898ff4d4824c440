// The learners one by one, for hitscope.sklearn: arrays in, the structures that are served out.
//
// A fitted structure keeps its bytes (a safetensors container) for pickling; reading them checks everything,
// so a damaged pickle is refused rather than followed.
#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/matrix.h"
#include "learn/adaboost.h"
#include "learn/decision_tree.h"
#include "learn/knn.h"
#include "learn/random_forest.h"
#include "learn/standard_scaler.h"
#include "learn/xgboost_trainer.h"
#include "model/safetensors.h"
#include "wires.h"

namespace hitscope::python {
namespace {

using Rows = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Labels = nb::ndarray<const std::uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Weights = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Numbers = nb::ndarray<nb::numpy, double, nb::ndim<1>>;
using FloatTable = nb::ndarray<nb::numpy, float, nb::ndim<2>>;

struct Trees {
  TreeEnsemble ensemble;
  std::size_t n_features = 0;
};

template <typename T>
Numbers array_of(std::vector<T> values) {
  auto owned = std::make_unique<std::vector<T>>(std::move(values));
  T* data = owned->data();
  const std::size_t size = owned->size();
  const nb::capsule owner(owned.release(),
                          [](void* memory) noexcept { delete static_cast<std::vector<T>*>(memory); });
  return {data, {size}, owner};
}

MatrixView<float> view_of(const Rows& rows) {
  return {std::span(rows.data(), rows.shape(0) * rows.shape(1)), rows.shape(1)};
}

Dataset dataset_of(const Rows& rows, const Labels& labels, const std::optional<Weights>& weights) {
  Dataset data;
  data.x = Matrix<float>(rows.shape(0), rows.shape(1));
  for (std::size_t r = 0; r < rows.shape(0); ++r) {
    std::ranges::copy(view_of(rows).row(r), data.x.row(r).begin());
  }
  data.y.assign(labels.data(), labels.data() + labels.shape(0));
  if (weights) data.weight.assign(weights->data(), weights->data() + weights->shape(0));
  return data;
}

// One value a row, by `value(row)`.
template <typename Value>
Numbers each_row(const Rows& rows, std::size_t n_features, Value value) {
  if (rows.shape(1) != n_features) throw nb::value_error("the rows have another number of columns");
  std::vector<double> values(rows.shape(0));
  {
    const nb::gil_scoped_release released;
    for (std::size_t r = 0; r < values.size(); ++r) values[r] = value(view_of(rows).row(r));
  }
  return array_of(std::move(values));
}

// --- pickling ---

template <typename T>
void put(SafeTensors& content, const char* name, DType dtype, const std::vector<T>& values) {
  content.tensors[name] = {dtype, {values.size()}, std::as_bytes(std::span(values))};
}

template <typename T>
std::vector<T> get(const SafeTensors& content, const char* name, DType dtype) {
  const auto found = content.tensors.find(name);
  if (found == content.tensors.end() || found->second.dtype != dtype) {
    throw Raised{{ErrorKind::model_invalid, "These bytes are not a fitted learner.", name}};
  }
  std::vector<T> values(found->second.bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), found->second.bytes.data(), values.size() * sizeof(T));
  return values;
}

nb::bytes bytes_of(const SafeTensors& content) {
  const auto bytes = value_of(write_safetensors(content));
  return nb::bytes(bytes.data(), bytes.size());
}

SafeTensors content_of(const nb::bytes& bytes) {
  return value_of(read_safetensors(std::span(static_cast<const std::byte*>(bytes.data()), bytes.size())));
}

nb::bytes encode(const Trees& trees) {
  const TreeEnsemble& e = trees.ensemble;
  const std::vector<double> base = {e.base};
  const std::vector<std::uint64_t> sizes = {trees.n_features, e.link == Link::sigmoid ? 1U : 0U};
  SafeTensors content;
  put(content, "feature", DType::i16, e.feature);
  put(content, "threshold", DType::f32, e.threshold);
  put(content, "left", DType::u32, e.left);
  put(content, "roots", DType::u32, e.roots);
  put(content, "base", DType::f64, base);
  put(content, "sizes", DType::u64, sizes);
  return bytes_of(content);
}

Trees decode_trees(const nb::bytes& bytes) {
  const SafeTensors content = content_of(bytes);
  const auto base = get<double>(content, "base", DType::f64);
  const auto sizes = get<std::uint64_t>(content, "sizes", DType::u64);
  if (base.size() != 1 || sizes.size() != 2) {
    throw Raised{{ErrorKind::model_invalid, "These bytes are not a fitted learner.", "sizes"}};
  }
  Trees trees{{.feature = get<std::int16_t>(content, "feature", DType::i16),
               .threshold = get<float>(content, "threshold", DType::f32),
               .left = get<std::uint32_t>(content, "left", DType::u32),
               .roots = get<std::uint32_t>(content, "roots", DType::u32),
               .base = base[0],
               .link = sizes[1] == 1 ? Link::sigmoid : Link::identity},
              sizes[0]};
  check(trees.ensemble.validate(trees.n_features));
  return trees;
}

nb::bytes encode(const Neighbours& knn) {
  const std::vector<std::uint64_t> sizes = {knn.n_features, knn.k, knn.distance_weights ? 1U : 0U};
  SafeTensors content;
  put(content, "rows", DType::f32, knn.rows);
  put(content, "labels", DType::u8, knn.labels);
  put(content, "index", DType::u32, knn.index);
  put(content, "sizes", DType::u64, sizes);
  return bytes_of(content);
}

Neighbours decode_neighbours(const nb::bytes& bytes) {
  const SafeTensors content = content_of(bytes);
  const auto sizes = get<std::uint64_t>(content, "sizes", DType::u64);
  if (sizes.size() != 3) {
    throw Raised{{ErrorKind::model_invalid, "These bytes are not a fitted learner.", "sizes"}};
  }
  Neighbours knn;
  knn.n_features = sizes[0];
  knn.k = sizes[1];
  knn.distance_weights = sizes[2] == 1;
  knn.rows = get<float>(content, "rows", DType::f32);
  knn.labels = get<std::uint8_t>(content, "labels", DType::u8);
  knn.index = get<std::uint32_t>(content, "index", DType::u32);
  check(knn.validate());
  knn.prepare();
  return knn;
}

// --- fitting ---

TreeParams tree_params(std::string_view criterion, std::size_t max_depth, std::size_t min_samples_split,
                       std::size_t min_samples_leaf, std::size_t max_features) {
  return {.criterion = criterion == "entropy" ? Criterion::entropy : Criterion::gini,
          .max_depth = max_depth,
          .min_samples_split = min_samples_split,
          .min_samples_leaf = min_samples_leaf,
          .max_features = max_features};
}

Trees decision_tree(const Rows& x, const Labels& y, const std::optional<Weights>& weight,
                    std::string_view criterion, std::size_t max_depth, std::size_t min_samples_split,
                    std::size_t min_samples_leaf, std::size_t max_features, std::uint64_t seed) {
  const Dataset data = dataset_of(x, y, weight);
  const DecisionTreeParams params{
      tree_params(criterion, max_depth, min_samples_split, min_samples_leaf, max_features), seed};
  const nb::gil_scoped_release released;
  return {value_of(fit_decision_tree(data, params)), data.columns()};
}

std::tuple<Trees, Numbers, double> random_forest(const Rows& x, const Labels& y,
                                                 const std::optional<Weights>& weight,
                                                 std::size_t n_estimators, std::string_view criterion,
                                                 std::size_t max_depth, std::size_t min_samples_split,
                                                 std::size_t min_samples_leaf, std::size_t max_features,
                                                 bool bootstrap, std::array<double, 2> class_weight,
                                                 bool oob_score, unsigned jobs, std::uint64_t seed) {
  const Dataset data = dataset_of(x, y, weight);
  const RandomForestParams params{.n_estimators = n_estimators,
                                  .criterion = criterion == "entropy" ? Criterion::entropy : Criterion::gini,
                                  .max_depth = max_depth,
                                  .min_samples_split = min_samples_split,
                                  .min_samples_leaf = min_samples_leaf,
                                  .max_features = max_features,
                                  .bootstrap = bootstrap,
                                  .class_weight = class_weight,
                                  .oob_score = oob_score,
                                  .n_threads = jobs,
                                  .seed = seed};
  RandomForest forest;
  {
    const nb::gil_scoped_release released;
    forest = value_of(fit_random_forest(data, params));
  }
  return {Trees{std::move(forest.trees), data.columns()}, array_of(std::move(forest.oob_probability)),
          forest.oob_accuracy};
}

Trees adaboost(const Rows& x, const Labels& y, const std::optional<Weights>& weight, std::size_t n_estimators,
               double learning_rate, std::size_t max_depth, unsigned jobs, std::uint64_t seed) {
  const Dataset data = dataset_of(x, y, weight);
  const AdaBoostParams params{.n_estimators = n_estimators,
                              .learning_rate = learning_rate,
                              .max_depth = max_depth,
                              .n_threads = jobs,
                              .seed = seed};
  const nb::gil_scoped_release released;
  return {value_of(fit_adaboost(data, params)), data.columns()};
}

Trees xgboost(const Rows& x, const Labels& y, const std::optional<Weights>& weight, std::size_t n_estimators,
              std::size_t max_depth, double learning_rate, double min_child_weight, double subsample,
              double colsample_bytree, double reg_lambda, unsigned jobs, std::uint64_t seed) {
  const std::vector<float> target(y.data(), y.data() + y.shape(0));
  std::vector<float> weights;
  if (weight) {
    std::ranges::transform(std::span(weight->data(), weight->shape(0)), std::back_inserter(weights),
                           [](double w) { return static_cast<float>(w); });
  }
  const XgboostParams params{.n_estimators = n_estimators,
                             .max_depth = max_depth,
                             .learning_rate = learning_rate,
                             .min_child_weight = min_child_weight,
                             .subsample = subsample,
                             .colsample_bytree = colsample_bytree,
                             .reg_lambda = reg_lambda,
                             .n_threads = jobs,
                             .seed = seed};
  const nb::gil_scoped_release released;
  return {value_of(fit_xgboost(view_of(x), target, weights, params)), x.shape(1)};
}

Neighbours knn(const Rows& x, const Labels& y, std::size_t k, bool distance_weights) {
  const Dataset data = dataset_of(x, y, std::nullopt);
  const nb::gil_scoped_release released;
  return value_of(fit_knn(data, {.k = k, .distance_weights = distance_weights}));
}

FloatTable standardised(const Scaler& scaler, const Rows& rows) {
  if (rows.shape(1) != scaler.mean.size()) throw nb::value_error("the rows have another number of columns");
  auto values = std::make_unique<float[]>(rows.shape(0) * rows.shape(1));  // NOLINT(*-avoid-c-arrays)
  for (std::size_t r = 0; r < rows.shape(0); ++r) {
    scaler.apply(view_of(rows).row(r), std::span(values.get() + r * rows.shape(1), rows.shape(1)));
  }
  float* data = values.get();
  const nb::capsule owner(values.release(),
                          [](void* memory) noexcept { delete[] static_cast<float*>(memory); });
  return {data, {rows.shape(0), rows.shape(1)}, owner};
}

}  // namespace

void bind_learners(nb::module_& module) {
  nb::class_<Trees>(module, "Trees", "A fitted sum of trees.")
      .def(
          "probability",
          [](const Trees& self, const Rows& rows) {
            return each_row(rows, self.n_features, [&](auto row) { return self.ensemble.probability(row); });
          },
          nb::arg("rows"), "Probability of class 1 for each row; float32, shape (rows, columns), no NaN.")
      .def(
          "value",
          [](const Trees& self, const Rows& rows) {
            return each_row(rows, self.n_features, [&](auto row) { return self.ensemble.value(row); });
          },
          nb::arg("rows"), "The sum of leaves for each row, before the link.")
      .def_prop_ro("n_trees", [](const Trees& self) { return self.ensemble.roots.size(); })
      .def_prop_ro("n_nodes", [](const Trees& self) { return self.ensemble.feature.size(); })
      .def("to_bytes", [](const Trees& self) { return encode(self); })
      .def_static("from_bytes", decode_trees, nb::arg("data"))
      .def("__getstate__", [](const Trees& self) { return encode(self); })
      .def("__setstate__",
           [](Trees& self, const nb::bytes& bytes) { new (&self) Trees(decode_trees(bytes)); });
  nb::class_<Neighbours>(module, "Neighbours", "Training rows, ready to be searched.")
      .def(
          "probability",
          [](const Neighbours& self, const Rows& rows) {
            return each_row(rows, self.n_features, [&](auto row) { return self.probability(row); });
          },
          nb::arg("rows"), "Share of class 1 among the neighbours of each row.")
      .def("to_bytes", [](const Neighbours& self) { return encode(self); })
      .def_static("from_bytes", decode_neighbours, nb::arg("data"))
      .def("__getstate__", [](const Neighbours& self) { return encode(self); })
      .def("__setstate__", [](Neighbours& self, const nb::bytes& bytes) {
        new (&self) Neighbours(decode_neighbours(bytes));
      });
  nb::class_<Scaler>(module, "Scaler", "Mean and deviation of each column.")
      .def(
          "__init__",
          [](Scaler* self, std::vector<double> mean, std::vector<double> scale) {
            Scaler scaler{std::move(mean), std::move(scale)};
            check(scaler.validate(scaler.mean.size()));
            new (self) Scaler(std::move(scaler));
          },
          nb::arg("mean"), nb::arg("scale"))
      .def_ro("mean", &Scaler::mean)
      .def_ro("scale", &Scaler::scale)
      .def("apply", standardised, nb::arg("rows"), "(x - mean) / scale, float32.")
      .def("__getstate__", [](const Scaler& self) { return std::make_tuple(self.mean, self.scale); })
      .def("__setstate__",
           [](Scaler& self, const std::tuple<std::vector<double>, std::vector<double>>& state) {
             Scaler scaler{std::get<0>(state), std::get<1>(state)};
             check(scaler.validate(scaler.mean.size()));
             new (&self) Scaler(std::move(scaler));
           });

  module.def("fit_decision_tree", decision_tree, nb::arg("x"), nb::arg("y"), nb::arg("weight").none(),
             nb::kw_only(), nb::arg("criterion"), nb::arg("max_depth"), nb::arg("min_samples_split"),
             nb::arg("min_samples_leaf"), nb::arg("max_features"), nb::arg("seed"));
  module.def("fit_random_forest", random_forest, nb::arg("x"), nb::arg("y"), nb::arg("weight").none(),
             nb::kw_only(), nb::arg("n_estimators"), nb::arg("criterion"), nb::arg("max_depth"),
             nb::arg("min_samples_split"), nb::arg("min_samples_leaf"), nb::arg("max_features"),
             nb::arg("bootstrap"), nb::arg("class_weight"), nb::arg("oob_score"), nb::arg("jobs"),
             nb::arg("seed"));
  module.def("fit_adaboost", adaboost, nb::arg("x"), nb::arg("y"), nb::arg("weight").none(), nb::kw_only(),
             nb::arg("n_estimators"), nb::arg("learning_rate"), nb::arg("max_depth"), nb::arg("jobs"),
             nb::arg("seed"));
  module.def("fit_xgboost", xgboost, nb::arg("x"), nb::arg("y"), nb::arg("weight").none(), nb::kw_only(),
             nb::arg("n_estimators"), nb::arg("max_depth"), nb::arg("learning_rate"),
             nb::arg("min_child_weight"), nb::arg("subsample"), nb::arg("colsample_bytree"),
             nb::arg("reg_lambda"), nb::arg("jobs"), nb::arg("seed"));
  module.def("fit_knn", knn, nb::arg("x"), nb::arg("y"), nb::kw_only(), nb::arg("k"),
             nb::arg("distance_weights"));
  module.def("fit_scaler", [](const Rows& x) { return value_of(fit_scaler(view_of(x))); }, nb::arg("x"));
}

}  // namespace hitscope::python
