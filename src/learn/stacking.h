// From the members' values on rows they were not trained on to probabilities of the event: fits Platt's
// scaling of each member and the consensus stack (model/consensus.h).
//
// The order of tracks and the level of the probability are learned from different labels. The stack's weights
// are fitted to `rank_by` (several tables' own labels where there are several, so that no table's habits
// decide), with no weight negative, or the calibrated members all weigh alike: which of five models carries
// over to a table nobody has seen two or three tables do not tell, and weights fitted to them did worse on a
// third (docs/decisions/0007). Then one slope and one intercept on the whole bring it to the event (to the
// labels ranked by, where no row knows the event). Rows are weighted so that every table counts alike and
// within a table hits and flops do: the balanced prior. Replicates for the interval draw whole artists with
// replacement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"
#include "learn/members.h"
#include "model/consensus.h"

namespace hitscope {

// One held-out row.
struct HeldOut {
  MemberValues values{};
  std::uint32_t table = 0;
  std::uint32_t artist = 0;
  std::uint8_t event = 0;    // 0, 1 or kNoLabel
  std::uint8_t rank_by = 0;  // 0, 1 or kNoLabel
};

struct Stacking {
  MemberScales members;
  ConsensusCalibration consensus;
};

struct StackingOptions {
  bool equal_weights = false;
  bool calibrate_members = true;  // else the members keep the links they were trained with
  std::size_t replicates = 0;
  std::uint64_t seed = 42;
};

// Errors: table_invalid (no table has rows of both labels).
[[nodiscard]] Result<Stacking> fit_stacking(std::span<const HeldOut> held_out, const MemberScales& trained,
                                            const StackingOptions& options);

}  // namespace hitscope
