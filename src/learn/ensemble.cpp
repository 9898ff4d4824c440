#include "learn/ensemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/random.h"
#include "data/split.h"

namespace hitscope {
namespace {

void tell(const LearnOptions& options, std::string_view doing, std::size_t done, std::size_t total) {
  if (options.progress) options.progress(doing, done, total);
}

}  // namespace

std::vector<TablePart> whole(std::span<const TrainingTable> tables) {
  std::vector<TablePart> parts;
  for (const TrainingTable& table : tables) {
    std::vector<std::uint32_t> rows(table.size());
    std::iota(rows.begin(), rows.end(), 0U);
    parts.push_back({&table, std::move(rows)});
  }
  return parts;
}

Folds deal_folds(std::span<const TablePart> parts, HoldOut hold_out, std::size_t count, std::uint64_t seed) {
  Folds folds;
  const auto filled =
      std::count_if(parts.begin(), parts.end(), [](const TablePart& part) { return !part.rows.empty(); });
  if (hold_out == HoldOut::tables && filled > 1) {
    for (const TablePart& part : parts) {
      folds.fold_of.emplace_back(part.rows.size(), static_cast<std::uint32_t>(folds.count));
      if (!part.rows.empty()) ++folds.count;
    }
    return folds;
  }
  std::vector<std::uint32_t> groups;
  for (const TablePart& part : parts) {
    for (const std::uint32_t row : part.rows) {
      groups.push_back(hold_out == HoldOut::rows ? static_cast<std::uint32_t>(groups.size())
                                                 : part.table->artist[row]);
    }
  }
  folds.count = count;
  const auto fold_of = grouped_folds(groups, count, seed);
  auto next = fold_of.begin();
  for (const TablePart& part : parts) {
    const auto end = next + static_cast<std::ptrdiff_t>(part.rows.size());
    folds.fold_of.emplace_back(next, end);
    next = end;
  }
  return folds;
}

Folds deal_folds(std::span<const TablePart> parts, const Recipe& recipe) {
  return deal_folds(parts, recipe.calibration.hold_out, recipe.calibration.folds, recipe.seed);
}

Result<HeldOutValues> hold_out(std::span<const TablePart> parts, Folds dealt, const Recipe& recipe,
                               const LearnOptions& options) {
  HeldOutValues result;
  result.folds = std::move(dealt);
  const std::size_t folds = result.folds.count;
  const auto& fold_of = result.folds.fold_of;
  for (const TablePart& part : parts) {
    result.values.emplace_back(part.rows.size());
    result.clean.emplace_back(part.table->clean_x.rows() == 0 ? 0 : part.rows.size());
  }
  for (std::size_t fold = 0; fold < folds; ++fold) {
    tell(options, "cross-validating", fold, folds);
    std::vector<TablePart> training;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      TablePart& part = training.emplace_back(TablePart{parts[p].table, {}});
      for (std::size_t i = 0; i < parts[p].rows.size(); ++i) {
        if (fold_of[p][i] != fold) part.rows.push_back(parts[p].rows[i]);
      }
    }
    const auto members = fit_members(
        training, recipe, {.seed = Random(recipe.seed).fork(fold).next(), .n_threads = options.n_threads});
    if (!members) return tl::unexpected(members.error());
    result.scales = scales_of(*members);
    for (std::size_t p = 0; p < parts.size(); ++p) {
      std::vector<std::uint32_t> places;
      std::vector<std::uint32_t> rows;
      for (std::size_t i = 0; i < parts[p].rows.size(); ++i) {
        if (fold_of[p][i] != fold) continue;
        places.push_back(static_cast<std::uint32_t>(i));
        rows.push_back(parts[p].rows[i]);
      }
      const auto values = member_values(*members, parts[p].table->x, rows, options.n_threads);
      for (std::size_t k = 0; k < places.size(); ++k) result.values[p][places[k]] = values[k];
      if (result.clean[p].empty()) continue;
      const auto clean = member_values(*members, parts[p].table->clean_x, rows, options.n_threads);
      for (std::size_t k = 0; k < places.size(); ++k) result.clean[p][places[k]] = clean[k];
    }
  }
  tell(options, "cross-validating", folds, folds);
  return result;
}

std::vector<HeldOut> stacking_rows(std::span<const TablePart> parts,
                                   const std::vector<std::vector<MemberValues>>& values) {
  const bool pooled = is_pooled(parts);
  std::vector<HeldOut> rows;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const TrainingTable& table = *parts[p].table;
    for (std::size_t i = 0; i < parts[p].rows.size(); ++i) {
      const std::uint32_t row = parts[p].rows[i];
      rows.push_back({.values = values[p][i],
                      .table = static_cast<std::uint32_t>(p),
                      .artist = table.artist[row],
                      .event = table.event[row],
                      .rank_by = pooled ? table.own[row] : table.event[row]});
    }
  }
  return rows;
}

Result<Ensemble> fit_ensemble(std::span<const TablePart> parts, const Recipe& recipe,
                              const LearnOptions& options) {
  auto held_out = hold_out(parts, deal_folds(parts, recipe), recipe, options);
  if (!held_out) return tl::unexpected(held_out.error());
  tell(options, "calibrating", 0, 1);
  auto stacking = fit_stacking(stacking_rows(parts, held_out->values), held_out->scales,
                               {.equal_weights = is_pooled(parts),
                                .calibrate_members = recipe.calibration.members,
                                .replicates = recipe.calibration.replicates,
                                .seed = recipe.seed});
  if (!stacking) return tl::unexpected(stacking.error());
  tell(options, "training", 0, 1);
  auto members = fit_members(parts, recipe, {.seed = recipe.seed, .n_threads = options.n_threads});
  if (!members) return tl::unexpected(members.error());
  tell(options, "training", 1, 1);
  return Ensemble{std::move(*members), std::move(*stacking), std::move(*held_out)};
}

Result<std::vector<Said>> cross_calibrate(std::span<const TablePart> parts, const HeldOutValues& held_out,
                                          const Recipe& recipe) {
  std::vector<Said> said(parts.size());
  for (std::size_t p = 0; p < parts.size(); ++p) {
    said[p].members.resize(parts[p].rows.size());
    said[p].consensus.resize(parts[p].rows.size());
    said[p].consensus_clean.resize(held_out.clean[p].size());
  }
  const std::vector<HeldOut> rows = stacking_rows(parts, held_out.values);
  for (std::size_t fold = 0; fold < held_out.folds.count; ++fold) {
    std::vector<HeldOut> others;
    std::size_t next = 0;
    for (const auto& folds_of_part : held_out.folds.fold_of) {
      for (const std::uint32_t its_fold : folds_of_part) {
        if (its_fold != fold) others.push_back(rows[next]);
        ++next;
      }
    }
    const auto stacking = fit_stacking(others, held_out.scales,
                                       {.equal_weights = is_pooled(parts),
                                        .calibrate_members = recipe.calibration.members,
                                        .replicates = 0,
                                        .seed = 0});
    if (!stacking) return tl::unexpected(stacking.error());
    const auto consensus_of = [&](const MemberValues& values) {
      return stacking->consensus.probability(stacking->members.probabilities(values));
    };
    for (std::size_t p = 0; p < parts.size(); ++p) {
      for (std::size_t i = 0; i < parts[p].rows.size(); ++i) {
        if (held_out.folds.fold_of[p][i] != fold) continue;
        said[p].members[i] = stacking->members.probabilities(held_out.values[p][i]);
        said[p].consensus[i] = consensus_of(held_out.values[p][i]);
        if (!held_out.clean[p].empty()) said[p].consensus_clean[i] = consensus_of(held_out.clean[p][i]);
      }
    }
  }
  return said;
}

}  // namespace hitscope
