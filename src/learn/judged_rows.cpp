#include "learn/judged_rows.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "data/split.h"

namespace hitscope {
namespace {

constexpr double kHitAt = 0.5;

struct Judged {
  const TrainingTable* table = nullptr;
  std::vector<std::uint32_t> rows;  // positions in the table
  std::vector<std::uint8_t> hit;    // 0 or 1
  std::vector<ModelProbabilities> members;
  std::vector<double> consensus;
  std::vector<double> consensus_clean;
};

// A probability for a row from the share of hits among training rows of its kind, under the balanced prior
// and drawn a little towards 1/2.
class ShareOfHits {
 public:
  void add(std::uint32_t kind, std::uint8_t hit) {
    if (kind >= counts_.size()) counts_.resize(kind + std::size_t{1});
    ++counts_[kind][hit];
    ++total_[hit];
  }
  [[nodiscard]] double probability(std::uint32_t kind) const {
    if (kind >= counts_.size() || total_[0] == 0 || total_[1] == 0) return kHitAt;
    const double smallest = std::min(total_[0], total_[1]);
    const double flops = (counts_[kind][0] + 1) * smallest / total_[0];
    const double hits = (counts_[kind][1] + 1) * smallest / total_[1];
    return hits / (flops + hits);
  }

 private:
  std::vector<std::array<double, 2>> counts_;
  std::array<double, 2> total_{};
};

// Five folds by artist of the judged rows themselves: what a baseline learns never includes its own row.
std::vector<double> cross_fitted(const Judged& judged, std::span<const std::uint32_t> kind,
                                 std::span<const std::uint32_t> fold_of) {
  constexpr std::uint32_t kFolds = 5;
  std::vector<double> probability(kind.size());
  for (std::uint32_t fold = 0; fold < kFolds; ++fold) {
    ShareOfHits shares;
    for (std::size_t i = 0; i < kind.size(); ++i) {
      if (fold_of[i] != fold) shares.add(kind[i], judged.hit[i]);
    }
    for (std::size_t i = 0; i < kind.size(); ++i) {
      if (fold_of[i] == fold) probability[i] = shares.probability(kind[i]);
    }
  }
  return probability;
}

// The twentieth of the column's range (by rank) that each row falls into.
std::vector<std::uint32_t> twentieths(const Judged& judged, std::size_t column) {
  std::vector<float> sorted;
  for (const std::uint32_t row : judged.rows) sorted.push_back(judged.table->x(row, column));
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> kind;
  for (const std::uint32_t row : judged.rows) {
    const auto rank = static_cast<std::size_t>(
        std::lower_bound(sorted.begin(), sorted.end(), judged.table->x(row, column)) - sorted.begin());
    kind.push_back(static_cast<std::uint32_t>(rank * 20 / sorted.size()));
  }
  return kind;
}

void add_baselines(const Judged& judged, std::span<const std::uint32_t> artists, std::uint64_t seed,
                   std::span<const std::string> features, TableEvaluation& result) {
  const ScoreOptions options{.seed = seed};
  const std::vector<double> constant(judged.hit.size(), kHitAt);
  result.baselines.push_back({"majority", score(constant, judged.hit, artists, options)});
  const auto fold_of = grouped_folds(artists, 5, seed);
  if (!judged.table->genre.empty()) {
    std::vector<std::uint32_t> genre;
    for (const std::uint32_t row : judged.rows) genre.push_back(judged.table->genre[row]);
    const auto probability = cross_fitted(judged, genre, fold_of);
    result.baselines.push_back({"genre", score(probability, judged.hit, artists, options)});
  }
  std::vector<double> best;
  double best_auc = 0;
  for (std::size_t c = 0; c < judged.table->x.columns(); ++c) {
    auto probability = cross_fitted(judged, twentieths(judged, c), fold_of);
    const double value = auc(probability, judged.hit);
    if (value <= best_auc) continue;
    best_auc = value;
    best = std::move(probability);
    result.best_feature = features.empty() ? "" : features[c];
  }
  if (!best.empty()) {
    result.baselines.push_back({"single_feature", score(best, judged.hit, artists, options)});
  }
}

void add_genres(const Judged& judged, TableEvaluation& result) {
  if (judged.table->genre.empty()) return;
  std::vector<std::vector<double>> probability(judged.table->genres.size());
  std::vector<std::vector<std::uint8_t>> hit(judged.table->genres.size());
  for (std::size_t i = 0; i < judged.rows.size(); ++i) {
    const std::uint32_t genre = judged.table->genre[judged.rows[i]];
    probability[genre].push_back(judged.consensus[i]);
    hit[genre].push_back(judged.hit[i]);
  }
  for (std::size_t g = 0; g < hit.size(); ++g) {
    if (hit[g].empty()) continue;
    const auto hits = static_cast<double>(std::count(hit[g].begin(), hit[g].end(), std::uint8_t{1}));
    result.genres.push_back({.genre = judged.table->genres[g],
                             .rows = hit[g].size(),
                             .share_of_hits = hits / static_cast<double>(hit[g].size()),
                             .auc = auc(probability[g], hit[g])});
  }
  std::sort(result.genres.begin(), result.genres.end(),
            [](const GenreScore& a, const GenreScore& b) { return a.genre < b.genre; });
}

// Consecutive numbers for the artists that occur, as bootstrap and folds want them.
std::vector<std::uint32_t> artists_of(const Judged& judged) {
  std::vector<std::uint32_t> numbers;
  std::vector<std::uint32_t> known;
  std::uint32_t next = 0;
  for (const std::uint32_t row : judged.rows) {
    const std::uint32_t artist = judged.table->artist[row];
    if (artist >= known.size())
      known.resize(artist + std::size_t{1}, std::numeric_limits<std::uint32_t>::max());
    if (known[artist] == std::numeric_limits<std::uint32_t>::max()) known[artist] = next++;
    numbers.push_back(known[artist]);
  }
  return numbers;
}

Judged labelled(const TablePart& part, std::span<const std::uint8_t> labels, const Said& said) {
  Judged judged;
  judged.table = part.table;
  for (std::size_t i = 0; i < part.rows.size(); ++i) {
    if (labels[part.rows[i]] == kNoLabel) continue;
    judged.rows.push_back(part.rows[i]);
    judged.hit.push_back(labels[part.rows[i]]);
    judged.members.push_back(said.members[i]);
    judged.consensus.push_back(said.consensus[i]);
    if (!said.consensus_clean.empty()) judged.consensus_clean.push_back(said.consensus_clean[i]);
  }
  return judged;
}

}  // namespace

TableEvaluation judge_rows(const TablePart& part, std::span<const std::uint8_t> labels, const Said& said,
                           std::span<const std::string> features, std::uint64_t seed) {
  const Judged judged = labelled(part, labels, said);
  const std::vector<std::uint32_t> artists = artists_of(judged);
  const ScoreOptions options{.seed = seed};
  const auto scores_of = [&](std::span<const double> probability) {
    return score(probability, judged.hit, artists, options);
  };

  TableEvaluation result;
  result.name = part.table->name;
  result.rows = judged.rows.size();
  result.hits = static_cast<std::size_t>(std::count(judged.hit.begin(), judged.hit.end(), std::uint8_t{1}));
  std::vector<double> hard(result.rows, 0);
  std::vector<double> soft(result.rows, 0);
  std::vector<std::size_t> votes(result.rows, 0);
  for (std::size_t m = 0; m < kModelCount; ++m) {
    std::vector<double> alone;
    for (std::size_t i = 0; i < result.rows; ++i) {
      const double p = judged.members[i][m];
      alone.push_back(p);
      soft[i] += p / kModelCount;
      votes[i] += p >= kHitAt ? 1U : 0U;
      for (std::size_t other = 0; other < kModelCount; ++other) {
        if ((p >= kHitAt) == (judged.members[i][other] >= kHitAt)) result.agreement[m][other] += 1;
      }
    }
    result.models.push_back({std::string(kModelNames[m]), scores_of(alone)});
  }
  for (auto& row : result.agreement) {
    for (double& share : row) share /= static_cast<double>(std::max<std::size_t>(1, result.rows));
  }
  const std::array<double, 2> total = {static_cast<double>(result.rows - result.hits),
                                       static_cast<double>(result.hits)};
  std::array<std::array<double, 2>, kModelCount + 1> weight{};
  for (std::size_t i = 0; i < result.rows; ++i) {
    hard[i] = static_cast<double>(votes[i]) / kModelCount;
    ++result.votes[votes[i]].rows;
    weight[votes[i]][judged.hit[i]] += 1 / total[judged.hit[i]];
  }
  for (std::size_t v = 0; v < weight.size(); ++v) {
    if (result.votes[v].rows > 0)
      result.votes[v].share_of_hits = weight[v][1] / (weight[v][0] + weight[v][1]);
  }
  result.models.push_back({"hard_vote", scores_of(hard)});
  result.models.push_back({"soft_vote", scores_of(soft)});
  result.models.push_back({"consensus", scores_of(judged.consensus)});
  if (!judged.consensus_clean.empty()) result.consensus_clean = scores_of(judged.consensus_clean);
  add_baselines(judged, artists, seed, features, result);
  add_genres(judged, result);
  result.reliability = reliability(judged.consensus, judged.hit);
  result.roc = roc_curve(judged.consensus, judged.hit);
  return result;
}

}  // namespace hitscope
