// What members and consensus said of rows whose labels are known, and how good that was.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "learn/ensemble.h"
#include "learn/metrics.h"
#include "learn/training_table.h"

namespace hitscope {

struct NamedScores {
  std::string name;  // "random_forest", ..., "hard_vote", "soft_vote", "consensus", or a baseline's
  Scores scores;
};

struct GenreScore {
  std::string genre;
  std::size_t rows = 0;
  double share_of_hits = 0;
  double auc = 0;  // of the consensus, within the genre; NaN where it has one class
};

// Tracks with so many votes for hit.
struct VoteCount {
  std::size_t rows = 0;
  double share_of_hits = 0;  // under the balanced prior; 1 minus it is the false discovery rate of HIT
};

// One table's test rows, judged.
struct TableEvaluation {
  std::string name;
  std::string learned;  // what members learned from, in words
  std::string event;    // what the rows were judged by, in words
  std::size_t rows = 0;
  std::size_t hits = 0;
  std::vector<NamedScores> models;        // five members, hard_vote, soft_vote, consensus
  std::vector<NamedScores> baselines;     // majority, genre, single_feature
  std::string best_feature;               // of the single_feature baseline
  std::optional<Scores> consensus_clean;  // with the inputs as the file has them, where they were matched
  std::vector<GenreScore> genres;
  std::array<VoteCount, 6> votes;
  std::vector<ReliabilityBin> reliability;  // of the consensus
  std::vector<RocPoint> roc;
  std::array<std::array<double, kModelCount>, kModelCount> agreement{};  // share of equal votes
};

// Judges rows of a table by labels (parallel to the table's rows; kNoLabel rows are left out). `said` is
// parallel to `rows`. Baselines are cross-fitted over the judged rows themselves, by artist.
[[nodiscard]] TableEvaluation judge_rows(const TablePart& part, std::span<const std::uint8_t> labels,
                                         const Said& said, std::span<const std::string> features,
                                         std::uint64_t seed);

}  // namespace hitscope
