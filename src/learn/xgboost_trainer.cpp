#include "learn/xgboost_trainer.h"

#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/parallel.h"

namespace hitscope {
namespace {

// Owns one of libxgboost's handles.
template <int (*Free)(void*)>
class Handle {
 public:
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() {
    if (handle_ != nullptr) Free(handle_);
  }
  [[nodiscard]] void* get() const { return handle_; }
  void** out() { return &handle_; }

 private:
  void* handle_ = nullptr;
};
using DMatrix = Handle<XGDMatrixFree>;
using Booster = Handle<XGBoosterFree>;

tl::unexpected<Error> xgboost_error(ErrorKind kind) {
  // What follows the first line is XGBoost's own stack trace.
  const std::string words = XGBGetLastError();
  return fail(kind, "XGBoost could not train.", words.substr(0, words.find('\n')));
}

Result<DMatrix> make_matrix(MatrixView<float> x, std::size_t threads) {
  DMatrix matrix;
  if (XGDMatrixCreateFromMat_omp(x.values().data(), x.rows(), x.columns(),
                                 std::numeric_limits<float>::quiet_NaN(), matrix.out(),
                                 static_cast<int>(threads)) != 0) {
    return xgboost_error(ErrorKind::internal);
  }
  return matrix;
}

Result<void> set_parameters(const Booster& booster, const XgboostParams& params, std::size_t threads) {
  const bool logistic = params.objective == XgboostObjective::binary_logistic;
  const std::pair<const char*, std::string> settings[] = {
      {"verbosity", "0"},
      {"booster", "gbtree"},
      {"tree_method", "hist"},
      {"objective", logistic ? "binary:logistic" : "reg:squarederror"},
      {"base_score", "0.5"},
      {"nthread", std::to_string(threads)},
      {"seed", std::to_string(params.seed)},
      {"max_depth", std::to_string(params.max_depth)},
      {"learning_rate", std::to_string(params.learning_rate)},
      {"min_child_weight", std::to_string(params.min_child_weight)},
      {"subsample", std::to_string(params.subsample)},
      {"colsample_bytree", std::to_string(params.colsample_bytree)},
      {"reg_lambda", std::to_string(params.reg_lambda)},
  };
  for (const auto& [name, value] : settings) {
    if (XGBoosterSetParam(booster.get(), name, value.c_str()) != 0)
      return xgboost_error(ErrorKind::recipe_invalid);
  }
  return {};
}

// Numbers that XGBoost's JSON carries as text: "5E-1", since 3.1 also "[5E-1]".
double number_in(const std::string& text) {
  const std::size_t start = text.starts_with('[') ? 1 : 0;
  return std::stod(text.substr(start));
}

double base_margin(const nlohmann::json& learner, bool logistic) {
  const double score = number_in(learner.at("learner_model_param").at("base_score").get<std::string>());
  return logistic ? std::log(score / (1 - score)) : score;
}

// Copies one tree breadth first, children side by side as TreeEnsemble wants them.
void append_xgboost_tree(const nlohmann::json& tree, TreeEnsemble& ensemble) {
  const auto lefts = tree.at("left_children").get<std::vector<int>>();
  const auto rights = tree.at("right_children").get<std::vector<int>>();
  const auto features = tree.at("split_indices").get<std::vector<int>>();
  const auto conditions = tree.at("split_conditions").get<std::vector<float>>();
  const auto first = static_cast<std::uint32_t>(ensemble.feature.size());
  ensemble.roots.push_back(first);

  std::vector<std::size_t> sources = {0};  // the tree's node behind each of ours
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const std::size_t node = sources[i];
    const float condition = conditions.at(node);
    if (lefts.at(node) < 0) {
      ensemble.feature.push_back(-1);
      ensemble.threshold.push_back(condition);
      ensemble.left.push_back(0);
      continue;
    }
    if (sources.size() + 2 > lefts.size()) throw std::out_of_range("a tree's nodes do not form a tree");
    ensemble.feature.push_back(static_cast<std::int16_t>(features.at(node)));
    ensemble.threshold.push_back(std::nextafter(condition, -std::numeric_limits<float>::infinity()));
    ensemble.left.push_back(first + static_cast<std::uint32_t>(sources.size()));
    sources.push_back(static_cast<std::size_t>(lefts[node]));
    sources.push_back(static_cast<std::size_t>(rights.at(node)));
  }
}

TreeEnsemble ensemble_of(const nlohmann::json& model) {
  const nlohmann::json& learner = model.at("learner");
  const bool logistic = learner.at("objective").at("name") == "binary:logistic";
  TreeEnsemble ensemble;
  ensemble.link = logistic ? Link::sigmoid : Link::identity;
  ensemble.base = base_margin(learner, logistic);
  for (const nlohmann::json& tree : learner.at("gradient_booster").at("model").at("trees")) {
    append_xgboost_tree(tree, ensemble);
  }
  return ensemble;
}

Result<Booster> train(MatrixView<float> x, std::span<const float> target, std::span<const float> weight,
                      const XgboostParams& params, std::size_t threads) {
  const auto finite = [](float value) { return std::isfinite(value); };
  if (x.rows() == 0) return fail(ErrorKind::table_invalid, "The table has no rows to learn from.");
  if (target.size() != x.rows() || (!weight.empty() && weight.size() != x.rows())) {
    return fail(ErrorKind::table_invalid, "The table does not have one target and weight per row.");
  }
  if (!std::ranges::all_of(x.values(), finite) || !std::ranges::all_of(target, finite)) {
    return fail(ErrorKind::table_invalid, "The table holds a value that is not a finite number.");
  }
  // Per thread, as XGBoost keeps it: without it, warnings about parameters reach stderr.
  XGBSetGlobalConfig(R"({"verbosity": 0})");

  Result<DMatrix> matrix = make_matrix(x, threads);
  if (!matrix) return tl::unexpected(matrix.error());
  if (XGDMatrixSetFloatInfo(matrix->get(), "label", target.data(), target.size()) != 0 ||
      (!weight.empty() &&
       XGDMatrixSetFloatInfo(matrix->get(), "weight", weight.data(), weight.size()) != 0)) {
    return xgboost_error(ErrorKind::table_invalid);
  }
  Booster booster;
  const DMatrixHandle matrices[] = {matrix->get()};
  if (XGBoosterCreate(matrices, 1, booster.out()) != 0) return xgboost_error(ErrorKind::internal);
  if (auto set = set_parameters(booster, params, threads); !set) return tl::unexpected(set.error());
  for (std::size_t round = 0; round < params.n_estimators; ++round) {
    if (XGBoosterUpdateOneIter(booster.get(), static_cast<int>(round), matrix->get()) != 0) {
      // The first round is where XGBoost checks its parameters.
      return xgboost_error(round == 0 ? ErrorKind::recipe_invalid : ErrorKind::internal);
    }
  }
  return booster;
}

Result<TreeEnsemble> trees_of(const Booster& booster) {
  bst_ulong length = 0;
  const char* json = nullptr;
  if (XGBoosterSaveModelToBuffer(booster.get(), R"({"format": "json"})", &length, &json) != 0) {
    return xgboost_error(ErrorKind::internal);
  }
  return parse_xgboost_json({json, length});
}

Result<std::vector<float>> predict(const Booster& booster, MatrixView<float> probe, std::size_t threads) {
  Result<DMatrix> matrix = make_matrix(probe, threads);
  if (!matrix) return tl::unexpected(matrix.error());
  bst_ulong length = 0;
  const float* values = nullptr;
  if (XGBoosterPredict(booster.get(), matrix->get(), 0, 0, 0, &length, &values) != 0) {
    return xgboost_error(ErrorKind::internal);
  }
  return std::vector<float>(values, values + length);
}

}  // namespace

Result<TreeEnsemble> parse_xgboost_json(std::string_view json) {
  const std::string message = "The XGBoost model could not be read.";
  try {
    TreeEnsemble ensemble = ensemble_of(nlohmann::json::parse(json));
    if (auto valid = ensemble.validate(std::numeric_limits<std::int16_t>::max()); !valid) {
      return fail(ErrorKind::model_invalid, message, valid.error().detail);
    }
    return ensemble;
  } catch (const std::exception& error) {
    return fail(ErrorKind::model_invalid, message, error.what());
  }
}

Result<TreeEnsemble> fit_xgboost(MatrixView<float> x, std::span<const float> target,
                                 std::span<const float> weight, const XgboostParams& params) {
  const Result<Booster> booster = train(x, target, weight, params, threads_or_all(params.n_threads));
  if (!booster) return tl::unexpected(booster.error());
  return trees_of(*booster);
}

Result<TreeEnsemble> fit_xgboost(const Dataset& data, const XgboostParams& params) {
  if (auto valid = data.validate(); !valid) return tl::unexpected(valid.error());
  const std::vector<float> target(data.y.begin(), data.y.end());
  const std::vector<float> weight(data.weight.begin(), data.weight.end());
  return fit_xgboost(data.x, target, weight, params);
}

Result<XgboostFit> fit_xgboost_with_predictions(MatrixView<float> x, std::span<const float> target,
                                                std::span<const float> weight, const XgboostParams& params,
                                                MatrixView<float> probe) {
  const std::size_t threads = threads_or_all(params.n_threads);
  const Result<Booster> booster = train(x, target, weight, params, threads);
  if (!booster) return tl::unexpected(booster.error());
  Result<TreeEnsemble> trees = trees_of(*booster);
  if (!trees) return tl::unexpected(trees.error());
  Result<std::vector<float>> predictions = predict(*booster, probe, threads);
  if (!predictions) return tl::unexpected(predictions.error());
  return XgboostFit{std::move(*trees), std::move(*predictions)};
}

}  // namespace hitscope
