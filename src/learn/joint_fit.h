// Several learners fitted to one table at once, on a few threads that are never idle while work is left.
//
// libxgboost is best left on a single thread (xgboost_trainer.h) and takes longest of all that cannot be cut
// up, so it starts first; one free thread after the other takes AdaBoost, the neighbours, the single tree and
// then the forest, tree by tree. The models are the same as fitted one by one, whatever the number of
// threads.
#pragma once

#include <optional>

#include "learn/adaboost.h"
#include "learn/decision_tree.h"
#include "learn/knn.h"
#include "learn/random_forest.h"
#include "learn/xgboost_trainer.h"

namespace hitscope {

// What is left out is not fitted. The learners' own n_threads are ignored.
struct JointParams {
  std::optional<RandomForestParams> random_forest;
  std::optional<XgboostParams> xgboost;
  std::optional<AdaBoostParams> adaboost;
  std::optional<KnnParams> knn;
  std::optional<DecisionTreeParams> decision_tree;
  unsigned n_threads = 0;  // 0: one per processor
};

// What was not asked for is empty.
struct JointModels {
  RandomForest random_forest;
  TreeEnsemble xgboost;
  TreeEnsemble adaboost;
  Neighbours knn;
  TreeEnsemble decision_tree;
};

// `code` is that of data.x. Errors: those of the learners.
[[nodiscard]] Result<JointModels> fit_jointly(const Dataset& data, const RankCode& code,
                                              const JointParams& params);
[[nodiscard]] Result<JointModels> fit_jointly(const Dataset& data, const JointParams& params);

}  // namespace hitscope
