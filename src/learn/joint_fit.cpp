#include "learn/joint_fit.h"

#include <functional>
#include <utility>
#include <vector>

#include "core/parallel.h"

namespace hitscope {
namespace {

// Fits into `model`, which no other task touches.
template <typename Model, typename Fit>
std::function<Result<void>()> task(Model& model, Fit fit) {
  return [&model, fit]() -> Result<void> {
    auto fitted = fit();
    if (!fitted) return tl::unexpected(fitted.error());
    model = std::move(*fitted);
    return {};
  };
}

}  // namespace

Result<JointModels> fit_jointly(const Dataset& data, const RankCode& code, const JointParams& params) {
  JointModels models;
  std::vector<std::function<Result<void>()>> whole;  // the learners that are one task each, longest first
  if (params.xgboost) {
    XgboostParams alone = *params.xgboost;
    alone.n_threads = 1;
    whole.push_back(task(models.xgboost, [&data, alone] { return fit_xgboost(data, alone); }));
  }
  if (params.adaboost) {
    AdaBoostParams alone = *params.adaboost;
    alone.n_threads = 1;
    whole.push_back(task(models.adaboost, [&data, &code, alone] { return fit_adaboost(data, code, alone); }));
  }
  if (params.knn) whole.push_back(task(models.knn, [&] { return fit_knn(data, *params.knn); }));
  if (params.decision_tree) {
    whole.push_back(
        task(models.decision_tree, [&] { return fit_decision_tree(data, code, *params.decision_tree); }));
  }

  const std::size_t trees = params.random_forest ? params.random_forest->n_estimators : 0;
  const std::size_t n_workers = threads_for(whole.size() + trees, params.n_threads);
  std::optional<RandomForestTraining> forest;
  if (params.random_forest) {
    auto started = RandomForestTraining::start(data, code, *params.random_forest, n_workers);
    if (!started) return tl::unexpected(started.error());
    forest = std::move(*started);
  }
  std::vector<Result<void>> outcomes(whole.size());
  parallel_for(whole.size() + trees, params.n_threads, [&](std::size_t i, std::size_t worker) {
    if (i < whole.size()) {
      outcomes[i] = whole[i]();
    } else {
      forest->grow(i - whole.size(), worker);
    }
  });
  for (const Result<void>& outcome : outcomes) {
    if (!outcome) return tl::unexpected(outcome.error());
  }
  if (forest) models.random_forest = forest->finish();
  return models;
}

Result<JointModels> fit_jointly(const Dataset& data, const JointParams& params) {
  const auto code = RankCode::of(data.x, params.n_threads);
  if (!code) return tl::unexpected(code.error());
  return fit_jointly(data, *code, params);
}

}  // namespace hitscope
