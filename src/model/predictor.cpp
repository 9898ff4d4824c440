#include "model/predictor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/parallel.h"
#include "model/flat_forest.h"
#include "model/shapley.h"

namespace hitscope {
namespace {

using Row = std::array<float, kMaxFeatures>;

constexpr std::size_t kKnn = 3;  // the one model that is no forest

}  // namespace

struct Predictor::Engine {
  explicit Engine(Bundle owned)
      : bundle(std::move(owned)),
        forests{FlatForest(bundle.random_forest),
                FlatForest(bundle.xgboost),
                FlatForest(bundle.adaboost),
                {},
                FlatForest(bundle.decision_tree)},
        background(bundle.background.rows(), columns()) {
    for (std::size_t r = 0; r < background.rows(); ++r) scale(bundle.background.row(r), background.row(r));
    background_columns = BackgroundColumns(background);
    const Row unknown{};
    base_probabilities = marginal(std::span(unknown).first(columns()), 0);
    base_rate = bundle.calibration.probability(base_probabilities);
  }

  // What the trees see; the neighbours see the first n_features() of it.
  [[nodiscard]] std::size_t columns() const { return bundle.features.size() + bundle.derived.size(); }
  [[nodiscard]] std::size_t n_features() const { return bundle.features.size(); }

  void scale(std::span<const float> row, std::span<float> scaled) const {
    with_derived(row, bundle.derived, scaled);
    bundle.scaler.apply(scaled, scaled);
  }

  // Bits of features, with those of the columns derived from them.
  [[nodiscard]] std::uint32_t columns_of(std::uint32_t features) const {
    std::uint32_t columns = features;
    for (std::size_t d = 0; d < bundle.derived.size(); ++d) {
      columns |= ((features >> bundle.derived[d].of) & 1U) << (n_features() + d);
    }
    return columns;
  }

  [[nodiscard]] ModelProbabilities direct(std::span<const float> scaled) const {
    ModelProbabilities p{};
    for (std::size_t m = 0; m < kModelCount; ++m) {
      p[m] = m == kKnn ? bundle.knn.probability(scaled.first(n_features()))
                       : apply_link(forests[m].link(), forests[m].value(scaled));
    }
    return p;
  }

  // Means over the background with the features in `known` (bit f) taken from `scaled`. A forest with the
  // identity link is averaged before its clamp, as FlatForest::add_coalitions has to.
  [[nodiscard]] ModelProbabilities marginal(std::span<const float> scaled, std::uint32_t known) const {
    ModelProbabilities sums{};
    Row hybrid_row{};
    const std::span<float> hybrid = std::span(hybrid_row).first(columns());
    for (std::size_t r = 0; r < background.rows(); ++r) {
      mix(scaled, background.row(r), columns_of(known), hybrid);
      for (std::size_t m = 0; m < kModelCount; ++m) {
        if (m == kKnn) {
          sums[m] += bundle.knn.probability(hybrid.first(n_features()));
        } else {
          const double value = forests[m].value(hybrid);
          sums[m] += forests[m].link() == Link::sigmoid ? sigmoid(value) : value;
        }
      }
    }
    for (double& sum : sums) sum = std::clamp(sum / static_cast<double>(background.rows()), 0.0, 1.0);
    return sums;
  }

  static void mix(std::span<const float> row, std::span<const float> other, std::uint32_t from_row,
                  std::span<float> hybrid) {
    for (std::size_t f = 0; f < row.size(); ++f) hybrid[f] = ((from_row >> f) & 1U) != 0 ? row[f] : other[f];
  }

  // The models' sums over the background rows, for every coalition: on all processors, as each forest and
  // each background row of the neighbours has a table of its own. The neighbours' are added up in the rows'
  // order, so that the sums are the same on any number of threads.
  [[nodiscard]] std::array<std::vector<double>, kModelCount> coalition_sums(
      std::span<const float> scaled, std::span<const std::uint32_t> bits, std::size_t coalitions) const {
    std::array<std::vector<double>, kModelCount> sums;
    for (std::vector<double>& of_model : sums) of_model.resize(coalitions);
    std::vector<double> tables(background.rows() * coalitions);
    // The forests first: one of them takes as long as dozens of rows.
    parallel_for(kModelCount + background.rows(), 0, [&](std::size_t task, std::size_t) {
      if (task < kModelCount) {
        if (task != kKnn) forests[task].add_coalitions(scaled, background_columns, bits, sums[task]);
        return;
      }
      const std::size_t r = task - kModelCount;
      bundle.knn.add_coalitions(scaled.first(n_features()), background.view().row(r).first(n_features()),
                                bits, std::span(tables).subspan(r * coalitions, coalitions));
    });
    for (std::size_t i = 0; i < tables.size(); ++i) sums[kKnn][i % coalitions] += tables[i];
    return sums;
  }

  // The calibrated probability for every coalition of the known features.
  [[nodiscard]] std::vector<double> game(std::span<const float> scaled,
                                         std::span<const std::size_t> players) const {
    const std::size_t coalitions = std::size_t{1} << players.size();
    std::array<std::uint32_t, kMaxFeatures> bits{};
    for (std::size_t i = 0; i < players.size(); ++i) bits[players[i]] = 1U << i;
    for (std::size_t d = 0; d < bundle.derived.size(); ++d)
      bits[n_features() + d] = bits[bundle.derived[d].of];

    const std::array<std::vector<double>, kModelCount> sums = coalition_sums(scaled, bits, coalitions);
    std::vector<double> values(coalitions);
    for (std::size_t s = 0; s < coalitions; ++s) {
      ModelProbabilities p{};
      for (std::size_t m = 0; m < kModelCount; ++m) {
        p[m] = std::clamp(sums[m][s] / static_cast<double>(background.rows()), 0.0, 1.0);
      }
      values[s] = bundle.calibration.probability(p);
    }
    return values;
  }

  [[nodiscard]] std::vector<Contribution> explain(std::span<const float> row,
                                                  std::span<const float> scaled) const {
    std::vector<std::size_t> players;
    for (std::size_t f = 0; f < row.size(); ++f) {
      if (std::isfinite(row[f])) players.push_back(f);
    }
    const std::vector<double> phi = shapley_values(game(scaled, players));
    std::vector<Contribution> contributions;
    contributions.reserve(players.size());
    for (std::size_t i = 0; i < players.size(); ++i) {
      const std::size_t f = players[i];
      const double value = static_cast<double>(row[f]);
      const double percentile = 0.5 * (percentile_of(bundle.hit_quantiles.row(f), value) +
                                       percentile_of(bundle.flop_quantiles.row(f), value));
      contributions.push_back({bundle.features[f].name, value, phi[i], percentile});
    }
    std::stable_sort(contributions.begin(), contributions.end(),
                     [](const Contribution& a, const Contribution& b) {
                       return std::abs(a.contribution) > std::abs(b.contribution);
                     });
    return contributions;
  }

  Bundle bundle;
  std::array<FlatForest, kModelCount> forests;
  Matrix<float> background;              // standardised
  BackgroundColumns background_columns;  // the same
  ModelProbabilities base_probabilities{};
  double base_rate = 0;
};

Predictor::Predictor(Bundle bundle) : engine_(std::make_unique<const Engine>(std::move(bundle))) {}
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;
Predictor::~Predictor() = default;

const Bundle& Predictor::bundle() const {
  return engine_->bundle;
}

ModelProbabilities Predictor::probabilities(std::span<const float> row) const {
  Row scaled_row{};
  const std::span<float> scaled = std::span(scaled_row).first(engine_->columns());
  engine_->scale(row, scaled);
  std::uint32_t known = 0;
  for (std::size_t f = 0; f < row.size(); ++f) known |= (std::isfinite(row[f]) ? 1U : 0U) << f;
  if (known == 0) return engine_->base_probabilities;
  const bool complete = known == (1U << row.size()) - 1U;
  return complete ? engine_->direct(scaled) : engine_->marginal(scaled, known);
}

Verdict Predictor::judge(std::span<const float> row, bool explain) const {
  const ModelProbabilities p = probabilities(row);
  Verdict verdict;
  for (std::size_t m = 0; m < kModelCount; ++m) {
    const Label label = p[m] >= 0.5 ? Label::hit : Label::flop;
    verdict.votes[m] = {kModelNames[m], label, p[m]};
    verdict.votes_for_hit += label == Label::hit ? 1 : 0;
  }
  verdict.label = 2 * verdict.votes_for_hit > static_cast<int>(kModelCount) ? Label::hit : Label::flop;
  verdict.tier = tier_of(verdict.votes_for_hit);
  const CalibratedProbability calibrated = engine_->bundle.calibration.calibrate(p);
  verdict.probability = calibrated.probability;
  verdict.probability_low = calibrated.low;
  verdict.probability_high = calibrated.high;
  verdict.base_rate = engine_->base_rate;
  if (explain) {
    Row scaled_row{};
    const std::span<float> scaled = std::span(scaled_row).first(engine_->columns());
    engine_->scale(row, scaled);
    verdict.explanation = engine_->explain(row, scaled);
  }
  return verdict;
}

}  // namespace hitscope
