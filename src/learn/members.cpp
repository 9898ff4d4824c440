#include "learn/members.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/parallel.h"
#include "core/random.h"
#include "learn/dataset.h"
#include "learn/joint_fit.h"
#include "learn/standard_scaler.h"
#include "model/flat_forest.h"

namespace hitscope {
namespace {

// Rows of each table over which the models of a member are brought to one scale.
constexpr std::size_t kReferenceRows = 2000;

// A row of one table with the label it teaches. Where lessons disagree on a row, it stands here twice.
struct Example {
  std::uint32_t row = 0;
  std::uint8_t hit = 0;
  double weight = 1;
};

// Adds one lesson: its labels, each class weighing half of `weight` times the number of rows.
void add_lesson(std::span<const std::uint8_t> labels, std::span<const std::uint32_t> rows, double weight,
                std::vector<std::array<double, 2>>& weights) {
  std::array<double, 2> count{};
  for (const std::uint32_t row : rows) {
    if (labels[row] != kNoLabel) ++count[labels[row]];
  }
  if (count[0] == 0 || count[1] == 0) return;
  const double half = weight * (count[0] + count[1]) / 2;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint8_t label = labels[rows[i]];
    if (label != kNoLabel) weights[i][label] += half / count[label];
  }
}

std::vector<Example> examples_of(const TablePart& part, const Recipe& recipe, bool pooled) {
  std::vector<std::array<double, 2>> weights(part.rows.size(), {0, 0});
  const TrainingTable& table = *part.table;
  if (!pooled || table.lessons.empty()) {
    add_lesson(table.event, part.rows, 1, weights);
  } else {
    for (std::size_t l = 0; l < table.lessons.size(); ++l) {
      add_lesson(table.lessons[l], part.rows, recipe.lessons[l].weight, weights);
    }
  }
  std::vector<Example> examples;
  for (std::size_t i = 0; i < part.rows.size(); ++i) {
    for (std::uint8_t hit = 0; hit < 2; ++hit) {
      if (weights[i][hit] > 0) examples.push_back({part.rows[i], hit, weights[i][hit]});
    }
  }
  return examples;
}

// At most `most` examples (0: any number), as many hits as flops, in their order.
std::vector<Example> balanced(const std::vector<Example>& examples, std::size_t most, Random random) {
  std::array<std::vector<std::size_t>, 2> classes;
  for (std::size_t i = 0; i < examples.size(); ++i) classes[examples[i].hit].push_back(i);
  std::size_t size = std::min(classes[0].size(), classes[1].size());
  if (most != 0) size = std::min(size, most / 2);
  std::vector<std::size_t> kept;
  for (auto& members : classes) {
    if (members.size() > size) random.shuffle(std::span(members));
    kept.insert(kept.end(), members.begin(), members.begin() + static_cast<std::ptrdiff_t>(size));
  }
  std::sort(kept.begin(), kept.end());
  std::vector<Example> result;
  result.reserve(kept.size());
  for (const std::size_t i : kept) result.push_back(examples[i]);
  for (Example& example : result) example.weight = 1;
  return result;
}

// How a raw row becomes what models see.
struct RowScale {
  std::span<const DerivedColumn> derived;
  const Scaler& scaler;

  void apply(std::span<const float> row, std::span<float> scaled) const {
    with_derived(row, derived, scaled);
    scaler.apply(scaled, scaled);
  }
};

// Appends the first `columns` of each example's scaled row to a dataset; the weights are scaled to sum to
// `total`, and left out altogether when `total` is 0.
void append(const TrainingTable& table, const std::vector<Example>& examples, const RowScale& scale,
            std::size_t columns, double total, std::vector<float>& values, Dataset& data) {
  double sum = 0;
  for (const Example& example : examples) sum += example.weight;
  std::vector<float> scaled(scale.scaler.mean.size());
  for (const Example& example : examples) {
    scale.apply(table.x.row(example.row), scaled);
    values.insert(values.end(), scaled.begin(), scaled.begin() + static_cast<std::ptrdiff_t>(columns));
    data.y.push_back(example.hit);
    if (total > 0) data.weight.push_back(example.weight * total / sum);
  }
}

Matrix<float> matrix_of(std::span<const float> values, std::size_t columns) {
  Matrix<float> matrix(values.size() / columns, columns);
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(r * columns), columns, matrix.row(r).begin());
  }
  return matrix;
}

void add_scaled(TreeEnsemble& sum, const TreeEnsemble& part, double factor) {
  const auto offset = static_cast<std::uint32_t>(sum.feature.size());
  for (std::size_t node = 0; node < part.feature.size(); ++node) {
    const bool leaf = part.feature[node] < 0;
    sum.feature.push_back(part.feature[node]);
    sum.threshold.push_back(leaf ? static_cast<float>(factor * part.threshold[node]) : part.threshold[node]);
    sum.left.push_back(leaf ? 0 : part.left[node] + offset);
  }
  for (const std::uint32_t root : part.roots) sum.roots.push_back(root + offset);
  sum.base += factor * part.base;
}

// The mean of several models, each at mean 0 and deviation 1 over the reference rows.
TreeEnsemble mean_of(const std::vector<TreeEnsemble>& models, MatrixView<float> reference) {
  TreeEnsemble sum;
  sum.link = Link::sigmoid;
  for (const TreeEnsemble& model : models) {
    const FlatForest forest(model);
    double mean = 0;
    double square = 0;
    for (std::size_t r = 0; r < reference.rows(); ++r) {
      const double value = forest.value(reference.row(r));
      mean += value;
      square += value * value;
    }
    const auto rows = static_cast<double>(reference.rows());
    mean /= rows;
    const double deviation = std::sqrt(std::max(square / rows - mean * mean, 1e-12));
    const double factor = 1 / (deviation * static_cast<double>(models.size()));
    add_scaled(sum, model, factor);
    sum.base -= factor * mean;
  }
  return sum;
}

struct TreeModels {
  std::vector<TreeEnsemble> forest, boosted, adaboost;
};

Result<void> fit_tree_models(const Dataset& data, const ModelSettings& settings, unsigned n_threads,
                             std::uint64_t seed, TreeModels& models) {
  JointParams params;
  params.random_forest = RandomForestParams{.n_estimators = settings.random_forest.n_estimators,
                                            .max_depth = settings.random_forest.max_depth,
                                            .min_samples_leaf = settings.random_forest.min_samples_leaf,
                                            .max_features = settings.random_forest.max_features,
                                            .seed = seed};
  params.xgboost = XgboostParams{.n_estimators = settings.xgboost.n_estimators,
                                 .max_depth = settings.xgboost.max_depth,
                                 .learning_rate = settings.xgboost.learning_rate,
                                 .min_child_weight = settings.xgboost.min_child_weight,
                                 .subsample = settings.xgboost.subsample,
                                 .colsample_bytree = settings.xgboost.colsample_bytree,
                                 .reg_lambda = settings.xgboost.reg_lambda,
                                 .seed = seed >> 33U};  // XGBoost takes 31 bits
  params.adaboost = AdaBoostParams{.n_estimators = settings.adaboost.n_estimators,
                                   .learning_rate = settings.adaboost.learning_rate,
                                   .max_depth = settings.adaboost.max_depth,
                                   .seed = seed};
  params.n_threads = n_threads;
  auto fitted = fit_jointly(data, params);
  if (!fitted) return tl::unexpected(fitted.error());
  models.forest.push_back(std::move(fitted->random_forest.trees));
  models.boosted.push_back(std::move(fitted->xgboost));
  models.adaboost.push_back(std::move(fitted->adaboost));
  return {};
}

std::vector<DerivedColumn> derived_columns_of(const ModelSettings& settings,
                                              std::span<const std::string> features) {
  std::vector<DerivedColumn> columns;
  if (settings.tempo_off_whole) {
    const auto tempo = std::find(features.begin(), features.end(), "tempo");
    columns.push_back({Derivation::off_whole, static_cast<std::size_t>(tempo - features.begin())});
  }
  return columns;
}

}  // namespace

bool is_pooled(std::span<const TablePart> parts) {
  return parts.size() > 1;
}

Result<Members> fit_members(std::span<const TablePart> parts, const Recipe& recipe,
                            const FitOptions& options) {
  const bool pooled = is_pooled(parts);
  const ModelSettings& settings = pooled ? recipe.pooled : recipe;
  const Random random(options.seed);
  struct Teaching {
    const TrainingTable* table;
    std::vector<Example> examples;
  };
  std::vector<Teaching> teaching;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    auto examples = examples_of(parts[p], recipe, pooled);
    if (examples.empty()) continue;
    if (recipe.balance == Balance::undersample) examples = balanced(examples, 0, random.fork(p));
    teaching.push_back({parts[p].table, std::move(examples)});
  }
  if (teaching.empty()) {
    return fail(ErrorKind::table_invalid, "The tables give nothing to learn: no rows of both labels.");
  }
  Members members;
  members.derived = derived_columns_of(settings, recipe.features);
  const std::size_t features = teaching.front().table->x.columns();
  const std::size_t columns = features + members.derived.size();
  {
    std::vector<float> values;
    std::vector<float> row(columns);
    for (const Teaching& part : teaching) {
      for (const Example& example : part.examples) {
        with_derived(part.table->x.row(example.row), members.derived, row);
        values.insert(values.end(), row.begin(), row.end());
      }
    }
    auto scaler = fit_scaler(MatrixView<float>(values, columns));
    if (!scaler) return tl::unexpected(scaler.error());
    members.scaler = std::move(*scaler);
  }

  const bool weighted = recipe.balance == Balance::weights;
  TreeModels models;
  Dataset everything;  // for the single tree
  Dataset memory;      // for the neighbours
  std::vector<float> everything_values;
  std::vector<float> memory_values;
  std::vector<float> reference;
  for (std::size_t p = 0; p < teaching.size(); ++p) {
    const auto& [table, examples] = teaching[p];
    Dataset data;
    std::vector<float> values;
    const RowScale scale{members.derived, members.scaler};
    append(*table, examples, scale, columns, weighted ? static_cast<double>(examples.size()) : 0, values,
           data);
    data.x = matrix_of(values, columns);
    auto done = fit_tree_models(data, settings, options.n_threads, random.fork(p).next(), models);
    if (!done) return tl::unexpected(done.error());

    const bool equal_say = weighted || pooled;
    append(*table, examples, scale, columns, equal_say ? 1e5 : 0, everything_values, everything);
    const std::size_t most = settings.knn.max_rows / teaching.size();
    append(*table, balanced(examples, most, random.fork(1000 + p)), scale, features, 0, memory_values,
           memory);
    Random draw = random.fork(2000 + p);
    for (std::size_t i = 0; i < kReferenceRows; ++i) {
      const auto row = data.x.row(draw.below(data.rows()));
      reference.insert(reference.end(), row.begin(), row.end());
    }
  }
  everything.x = matrix_of(everything_values, columns);
  memory.x = matrix_of(memory_values, features);

  const MatrixView<float> reference_rows(reference, columns);
  const auto merge = [&](std::vector<TreeEnsemble>& list) {
    return pooled ? mean_of(list, reference_rows) : std::move(list.front());
  };
  members.random_forest = merge(models.forest);
  members.xgboost = merge(models.boosted);
  members.adaboost = merge(models.adaboost);

  auto tree = fit_decision_tree(
      everything,
      {.tree = {.criterion = settings.decision_tree.entropy ? Criterion::entropy : Criterion::gini,
                .max_depth = settings.decision_tree.max_depth,
                .min_samples_leaf = settings.decision_tree.min_samples_leaf},
       .seed = options.seed});
  if (!tree) return tl::unexpected(tree.error());
  members.decision_tree = std::move(*tree);

  auto knn =
      fit_knn(memory, {.k = settings.knn.n_neighbors, .distance_weights = settings.knn.distance_weights});
  if (!knn) return tl::unexpected(knn.error());
  members.knn = std::move(*knn);
  return members;
}

std::vector<MemberValues> member_values(const Members& members, MatrixView<float> x,
                                        std::span<const std::uint32_t> rows, unsigned n_threads) {
  constexpr std::size_t kChunk = 512;
  const std::array<FlatForest, kModelCount> forests = {
      FlatForest(members.random_forest), FlatForest(members.xgboost), FlatForest(members.adaboost),
      FlatForest(), FlatForest(members.decision_tree)};
  std::vector<MemberValues> values(rows.size());
  parallel_for((rows.size() + kChunk - 1) / kChunk, n_threads, [&](std::size_t chunk, std::size_t) {
    std::vector<float> scaled(members.scaler.mean.size());
    const RowScale scale{members.derived, members.scaler};
    const auto features = std::span<const float>(scaled).first(x.columns());
    for (std::size_t i = chunk * kChunk; i < std::min(rows.size(), (chunk + 1) * kChunk); ++i) {
      scale.apply(x.row(rows[i]), scaled);
      for (std::size_t m = 0; m < kModelCount; ++m) {
        values[i][m] = m == kKnn ? members.knn.probability(features) : forests[m].value(scaled);
      }
    }
  });
  return values;
}

void calibrate(Members& members, const PlattScales& scales) {
  const std::array<TreeEnsemble*, kModelCount> ensembles = {
      &members.random_forest, &members.xgboost, &members.adaboost, nullptr, &members.decision_tree};
  for (std::size_t m = 0; m < kModelCount; ++m) {
    if (ensembles[m] == nullptr) continue;
    TreeEnsemble scaled;
    scaled.link = Link::sigmoid;
    scaled.base = scales[m].intercept;
    add_scaled(scaled, *ensembles[m], scales[m].slope);
    *ensembles[m] = std::move(scaled);
  }
}

MemberScales scales_of(const Members& members) {
  return {.links = {members.random_forest.link, members.xgboost.link, members.adaboost.link, Link::identity,
                    members.decision_tree.link},
          .platt = std::nullopt};
}

ModelProbabilities MemberScales::probabilities(const MemberValues& values) const {
  ModelProbabilities p{};
  for (std::size_t m = 0; m < kModelCount; ++m) {
    if (m == kKnn || !platt) {
      p[m] = apply_link(links[m], values[m]);
    } else {
      p[m] = apply_link(Link::sigmoid, (*platt)[m].slope * values[m] + (*platt)[m].intercept);
    }
  }
  return p;
}

}  // namespace hitscope
