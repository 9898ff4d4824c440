// The whole procedure of learning: members, and on held-out folds the probabilities they deserve.
//
// The rows are dealt into folds (by artist over all tables at once, by row, or a fold for each table). Each
// fold's rows are valued by members trained on the other folds; from these values come the members'
// calibration and the consensus stack. Then the members are trained again on all rows, and those are served.
// The stack thus never sees a value of a row that the member was trained on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "data/recipe.h"
#include "learn/members.h"
#include "learn/stacking.h"

namespace hitscope {

// Told what is being done, and how much of `total` is; may be empty. Called from the caller's thread.
using LearnProgress = std::function<void(std::string_view doing, std::size_t done, std::size_t total)>;

struct LearnOptions {
  unsigned n_threads = 0;
  LearnProgress progress;
};

// Which fold every row is held out with: fold_of[p][i] for row i of part p.
struct Folds {
  std::size_t count = 0;
  std::vector<std::vector<std::uint32_t>> fold_of;
};
[[nodiscard]] Folds deal_folds(std::span<const TablePart> parts, HoldOut hold_out, std::size_t count,
                               std::uint64_t seed);
// As the recipe's calibration has it. Tables are folds where at least two have rows; else artists are.
[[nodiscard]] Folds deal_folds(std::span<const TablePart> parts, const Recipe& recipe);

// The members' values of every row of every part, each from members that never saw its fold; `clean` the same
// from the inputs as the file has them, where a part was matched to serving, else empty.
struct HeldOutValues {
  Folds folds;
  std::vector<std::vector<MemberValues>> values;
  std::vector<std::vector<MemberValues>> clean;
  MemberScales scales;
};
// Errors: those of fit_members.
[[nodiscard]] Result<HeldOutValues> hold_out(std::span<const TablePart> parts, Folds dealt,
                                             const Recipe& recipe, const LearnOptions& options);

// The rows as fit_stacking wants them: ranked by each table's own label where there are several, else by the
// event.
[[nodiscard]] std::vector<HeldOut> stacking_rows(std::span<const TablePart> parts,
                                                 const std::vector<std::vector<MemberValues>>& values);

struct Ensemble {
  Members members;  // as trained; Stacking says how their values become probabilities
  Stacking stacking;
  HeldOutValues held_out;
};

// Errors: those of fit_members and fit_stacking.
[[nodiscard]] Result<Ensemble> fit_ensemble(std::span<const TablePart> parts, const Recipe& recipe,
                                            const LearnOptions& options);

// What the procedure says of each row of one part, calibrated on the other folds alone.
struct Said {
  std::vector<ModelProbabilities> members;
  std::vector<double> consensus;
  std::vector<double> consensus_clean;  // from the inputs as the file has them; empty where none were matched
};
// One for each part. Errors: those of fit_stacking.
[[nodiscard]] Result<std::vector<Said>> cross_calibrate(std::span<const TablePart> parts,
                                                        const HeldOutValues& held_out, const Recipe& recipe);

// All rows of tables, as parts.
[[nodiscard]] std::vector<TablePart> whole(std::span<const TrainingTable> tables);

}  // namespace hitscope
