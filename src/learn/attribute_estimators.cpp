#include "learn/attribute_estimators.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/random.h"
#include "data/split.h"
#include "learn/linear_regression.h"
#include "learn/standard_scaler.h"
#include "learn/xgboost_trainer.h"
#include "model/measurements.h"
#include "model/piecewise_linear.h"

namespace hitscope {
namespace {

constexpr std::size_t kFewestRows = 100;
constexpr std::string_view kLoudness = "loudness_db";

struct Input {
  std::string_view column;  // of the table
  std::string_view name;    // as measured
  Transform transform;
};
// What the table holds of the audio; integrated_lufs is drawn and stands last.
constexpr std::array<Input, 6> kInputs = {
    {{"rms", "rms", Transform::log10},
     {"spectral_centroid_hz", "spectral_centroid_hz", Transform::log10},
     {"spectral_bandwidth_hz", "spectral_bandwidth_hz", Transform::log10},
     {"spectral_rolloff_hz", "spectral_rolloff_hz", Transform::log10},
     {"zero_crossing_rate", "zero_crossing_rate", Transform::log10},
     {"mfcc_mean", "mfcc_mean", Transform::none}}};

constexpr std::array<std::string_view, 7> kTargets = {
    "energy", "danceability", "valence", "acousticness", "instrumentalness", "speechiness", "liveness"};

struct Pair {
  double lufs = 0;
  double loudness = 0;
};

Result<std::vector<Pair>> pairs_of(const Table& table) {
  if (!table.has("integrated_lufs") || !table.has("loudness")) {
    return fail(ErrorKind::table_invalid,
                fmt::format("The table \"{}\" lacks integrated_lufs or loudness.", table.name()));
  }
  const auto lufs = table.numbers("integrated_lufs");
  const auto loudness = table.numbers("loudness");
  std::vector<Pair> pairs;
  for (std::size_t r = 0; r < table.rows(); ++r) {
    if (!std::isnan(lufs[r]) && !std::isnan(loudness[r])) pairs.push_back({lufs[r], loudness[r]});
  }
  if (pairs.size() < kFewestRows) {
    return fail(ErrorKind::table_invalid, fmt::format("The table \"{}\" has too few rows.", table.name()));
  }
  return pairs;
}

struct Curve {
  std::vector<double> x;
  std::vector<double> y;
};

// A knot in the middle of each of ten equal parts of the LUFS range's bulk, at the median difference there;
// beyond the outer knots the difference stays, which two far knots express.
Curve loudness_curve(std::vector<Pair> pairs) {
  constexpr std::size_t kParts = 8;
  constexpr double kQuietest = -70;  // BS.1770's absolute gate
  constexpr double kLoudest = 5;
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.lufs < b.lufs; });
  Curve curve;
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::size_t begin = part * pairs.size() / kParts;
    const std::size_t end = (part + 1) * pairs.size() / kParts;
    std::vector<double> differences;
    double lufs = 0;
    for (std::size_t i = begin; i < end; ++i) {
      differences.push_back(pairs[i].loudness - pairs[i].lufs);
      lufs += pairs[i].lufs;
    }
    std::nth_element(differences.begin(),
                     differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2),
                     differences.end());
    lufs /= static_cast<double>(end - begin);
    if (!curve.x.empty() && lufs <= curve.x.back()) continue;
    curve.x.push_back(lufs);
    curve.y.push_back(lufs + differences[differences.size() / 2]);
  }
  const double low = curve.y.front() - curve.x.front();
  const double high = curve.y.back() - curve.x.back();
  curve.x.insert(curve.x.begin(), kQuietest);
  curve.y.insert(curve.y.begin(), kQuietest + low);
  curve.x.push_back(kLoudest);
  curve.y.push_back(kLoudest + high);
  // It must not fall. Quiet previews of loud tracks crowd the quiet end, so the loud end is the one to trust.
  for (std::size_t k = curve.y.size() - 1; k-- > 0;) curve.y[k] = std::min(curve.y[k], curve.y[k + 1]);
  return curve;
}

// The map, its quality measured on folds that did not draw it.
Estimator loudness_estimator(const std::vector<Pair>& pairs, const EstimatorOptions& options,
                             EstimatorQuality& quality) {
  std::vector<std::uint32_t> own_group(pairs.size());
  std::iota(own_group.begin(), own_group.end(), 0U);
  const auto folds = grouped_folds(own_group, options.folds, options.seed);
  double squared = 0;
  double sum = 0;
  double sum_squares = 0;
  for (std::uint32_t fold = 0; fold < options.folds; ++fold) {
    std::vector<Pair> train;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (folds[i] != fold) train.push_back(pairs[i]);
    }
    const Curve curve = loudness_curve(std::move(train));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (folds[i] != fold) continue;
      const double error = pairs[i].loudness - piecewise_linear(curve.x, curve.y, pairs[i].lufs);
      squared += error * error;
      sum += pairs[i].loudness;
      sum_squares += pairs[i].loudness * pairs[i].loudness;
    }
  }
  const auto n = static_cast<double>(pairs.size());
  quality = {.name = std::string(kLoudness),
             .rows = pairs.size(),
             .r2 = 1 - squared / (sum_squares - sum * sum / n),
             .rmse = std::sqrt(squared / n)};
  Curve curve = loudness_curve(pairs);
  Estimator estimator;
  estimator.name = kLoudness;
  estimator.unit = "dB";
  estimator.inputs = {{"integrated_lufs", Transform::none}};
  estimator.coefficients = {1};
  estimator.low = curve.y.front();
  estimator.high = curve.y.back();
  estimator.curve_x = std::move(curve.x);
  estimator.curve_y = std::move(curve.y);
  estimator.r2 = quality.r2;
  estimator.rmse = quality.rmse;
  estimator.residual_sd = quality.rmse;
  return estimator;
}

// The measured table as inputs (transformed) and drawn LUFS.
struct Material {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> groups;
  Matrix<float> inputs;
  std::vector<double> lufs;
};

Result<Material> material_of(const Table& table, const std::vector<Pair>& pairs, std::uint64_t seed) {
  std::vector<std::string> needed = {"loudness"};
  for (const Input& input : kInputs) needed.emplace_back(input.column);
  for (const std::string_view target : kTargets) needed.emplace_back(target);
  Selection selection = Selection::all(table);
  if (auto done = drop_nulls(table, needed, selection); !done) return tl::unexpected(done.error());
  for (const Input& input : kInputs) {
    if (input.transform != Transform::log10) continue;
    if (auto done = keep_above(table, input.column, 0, selection); !done) return tl::unexpected(done.error());
  }
  if (selection.rows.size() < kFewestRows) {
    return fail(ErrorKind::table_invalid, fmt::format("The table \"{}\" has too few rows.", table.name()));
  }
  Material material;
  material.rows = std::move(selection.rows);
  material.groups = artist_groups(table, material.rows);
  material.inputs = Matrix<float>(material.rows.size(), kInputs.size() + 1);
  std::vector<Pair> by_loudness = pairs;
  std::sort(by_loudness.begin(), by_loudness.end(),
            [](const Pair& a, const Pair& b) { return a.loudness < b.loudness; });
  constexpr std::int64_t kReach = 15;  // ranks to either side that count as "about as loud"
  Random random(seed);
  const auto loudness = table.numbers("loudness");
  for (std::size_t r = 0; r < material.rows.size(); ++r) {
    const std::uint32_t row = material.rows[r];
    for (std::size_t c = 0; c < kInputs.size(); ++c) {
      const double value = table.numbers(kInputs[c].column)[row];
      material.inputs(r, c) =
          static_cast<float>(kInputs[c].transform == Transform::log10 ? std::log10(value) : value);
    }
    const auto place = std::lower_bound(by_loudness.begin(), by_loudness.end(), loudness[row],
                                        [](const Pair& pair, double value) { return pair.loudness < value; });
    const std::int64_t rank =
        (place - by_loudness.begin()) - kReach + static_cast<std::int64_t>(random.below(2 * kReach + 1));
    const Pair& like = by_loudness[static_cast<std::size_t>(
        std::clamp<std::int64_t>(rank, 0, static_cast<std::int64_t>(by_loudness.size()) - 1))];
    material.lufs.push_back(loudness[row] + like.lufs - like.loudness);
    material.inputs(r, kInputs.size()) = static_cast<float>(material.lufs.back());
  }
  return material;
}

Matrix<float> rows_of(MatrixView<float> x, std::span<const std::uint32_t> rows) {
  Matrix<float> result(rows.size(), x.columns());
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::copy_n(x.row(rows[r]).begin(), x.columns(), result.row(r).begin());
  }
  return result;
}

// Ridge plus boosted trees on the residual, over the given rows of the material.
Result<Estimator> fit_estimator(const Material& material, std::span<const double> target,
                                std::span<const std::uint32_t> rows, const EstimatorOptions& options) {
  constexpr double kRidge = 10;
  const Matrix<float> raw = rows_of(material.inputs, rows);
  auto scaler = fit_scaler(raw);
  if (!scaler) return tl::unexpected(scaler.error());
  const Matrix<float> x = standardise(*scaler, raw);
  std::vector<double> y;
  for (const std::uint32_t row : rows) y.push_back(target[row]);
  auto linear = fit_linear_regression(x, y, {}, kRidge);
  if (!linear) return tl::unexpected(linear.error());
  std::vector<float> residual;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    residual.push_back(static_cast<float>(y[r] - linear->value(x.row(r))));
  }
  auto trees = fit_xgboost(x, residual, {},
                           {.objective = XgboostObjective::reg_squared_error,
                            .n_estimators = 80,
                            .max_depth = 3,
                            .learning_rate = 0.06,
                            .min_child_weight = 20,
                            .subsample = 0.7,
                            .n_threads = 1,  // a few thousand rows: more threads only wait for each other
                            .seed = options.seed});
  if (!trees) return tl::unexpected(trees.error());
  Estimator estimator;
  for (const Input& input : kInputs) estimator.inputs.push_back({std::string(input.name), input.transform});
  estimator.inputs.push_back({"integrated_lufs", Transform::none});
  estimator.scaler = std::move(*scaler);
  estimator.intercept = linear->intercept;
  estimator.coefficients = linear->coefficients;
  estimator.trees = std::move(*trees);
  estimator.low = 0;
  estimator.high = 1;
  return estimator;
}

Measurements measurements_of(const Table& table, const Material& material, std::size_t r) {
  Measurements measured;
  for (const Input& input : kInputs) measured.set(input.name, table.numbers(input.column)[material.rows[r]]);
  measured.set("integrated_lufs", material.lufs[r]);
  return measured;
}

}  // namespace

Result<AttributeEstimators> fit_attribute_estimators(const Table& lufs, const Table& measured,
                                                     const EstimatorOptions& options) {
  const auto pairs = pairs_of(lufs);
  if (!pairs) return tl::unexpected(pairs.error());
  AttributeEstimators result;
  EstimatorQuality loudness_quality;
  result.estimators.push_back(loudness_estimator(*pairs, options, loudness_quality));
  result.quality.push_back(loudness_quality);
  const Estimator loudness = result.estimators.front();

  const auto material = material_of(measured, *pairs, options.seed);
  if (!material) return tl::unexpected(material.error());
  const std::size_t rows = material->rows.size();
  const auto folds = grouped_folds(material->groups, options.folds, options.seed);
  std::vector<std::uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0U);

  for (const std::string_view name : kTargets) {
    std::vector<double> target;
    for (const std::uint32_t row : material->rows) target.push_back(measured.numbers(name)[row]);
    std::vector<double> held_out(rows);
    for (std::uint32_t fold = 0; fold < options.folds; ++fold) {
      const Split split = fold_split(folds, fold);
      const auto estimator = fit_estimator(*material, target, split.train, options);
      if (!estimator) return tl::unexpected(estimator.error());
      for (const std::uint32_t r : split.test) {
        held_out[r] = estimator->evaluate(measurements_of(measured, *material, r)).value_or(0);
      }
    }
    const double mean = std::accumulate(target.begin(), target.end(), 0.0) / static_cast<double>(rows);
    double squared = 0;
    double variance = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      squared += (target[r] - held_out[r]) * (target[r] - held_out[r]);
      variance += (target[r] - mean) * (target[r] - mean);
    }
    const EstimatorQuality quality{.name = std::string(name),
                                   .rows = rows,
                                   .r2 = 1 - squared / variance,
                                   .rmse = std::sqrt(squared / static_cast<double>(rows))};
    result.quality.push_back(quality);
    if (name == "energy") {
      for (std::size_t r = 0; r < rows; ++r) {
        const double true_loudness = measured.numbers("loudness")[material->rows[r]];
        const auto served = loudness.evaluate(measurements_of(measured, *material, r));
        result.tracks.push_back({.energy = target[r],
                                 .loudness = true_loudness,
                                 .estimated_energy = held_out[r],
                                 .loudness_error = served.value_or(true_loudness) - true_loudness});
      }
    }
    if (quality.r2 < kUsefulR2) continue;
    auto estimator = fit_estimator(*material, target, all, options);
    if (!estimator) return tl::unexpected(estimator.error());
    estimator->name = name;
    estimator->r2 = quality.r2;
    estimator->rmse = quality.rmse;
    estimator->residual_sd = quality.rmse;
    result.estimators.push_back(std::move(*estimator));
  }
  std::sort(result.tracks.begin(), result.tracks.end(),
            [](const EstimatedTrack& a, const EstimatedTrack& b) { return a.energy < b.energy; });
  return result;
}

}  // namespace hitscope
