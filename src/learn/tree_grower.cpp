#include "learn/tree_grower.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>
#include <utility>

#include "learn/gini_scan.h"
#include "learn/tree_entry.h"

namespace hitscope {
namespace {

// What a row weighs: its count, which travels in its entry, or a real number looked up by row.
struct Counted {
  using Sum = std::int64_t;
  static Sum of(std::uint64_t entry) { return static_cast<Sum>(entry_count(entry)); }
};
struct Weighted {
  using Sum = double;
  std::span<const double> weights;
  [[nodiscard]] Sum of(std::uint64_t entry) const { return weights[entry_row(entry)]; }
};

// How good a split is, given the left side's weight and hits. improves() keeps the best seen so far.
// Gini as in gini_scan.h.
class GiniScore {
 public:
  GiniScore(double weight, double hits) : weight_(weight), hits_(hits) {}
  bool improves(double left, double left_hits) {
    const double d = left_hits * weight_ - left * hits_;
    const double denominator = left * (weight_ - left);
    if (!(denominator > 0) || !(d * d / denominator > best_)) return false;
    best_ = d * d / denominator;
    return true;
  }

 private:
  double weight_;
  double hits_;
  double best_ = -1;
};

// Entropy: the weighted sum of both sides' log-likelihoods, to be maximised.
class EntropyScore {
 public:
  EntropyScore(double weight, double hits) : weight_(weight), hits_(hits) {}
  bool improves(double left, double left_hits) {
    const double right = weight_ - left;
    if (!(left > 0 && right > 0)) return false;
    const double score = likelihood(left, left_hits) + likelihood(right, hits_ - left_hits);
    if (!(score > best_)) return false;
    best_ = score;
    return true;
  }

 private:
  static double likelihood(double weight, double hits) {
    return term(hits) + term(weight - hits) - term(weight);
  }
  static double term(double x) { return x > 0 ? x * std::log(x) : 0; }

  double weight_;
  double hits_;
  double best_ = -std::numeric_limits<double>::infinity();
};

// The rows left of the best cut of one column, with their sums, if it beats what the scan saw before; else 0
// rows.
struct Cut {
  std::uint32_t rows = 0;
  double weight = 0;
  double hits = 0;
};

// A scan looks at one node's columns one after the other. The general one works for all weights and criteria.
template <typename Weights, typename Score>
class PlainScan {
 public:
  PlainScan(const Weights& weights, double weight, double hits) : weights_(weights), score_(weight, hits) {}

  Cut look(const std::uint64_t* entries, std::uint32_t rows, std::uint32_t least) {
    Cut best;
    typename Weights::Sum left{};
    typename Weights::Sum left_hits{};
    for (std::uint32_t i = 0; i < rows - least; ++i) {
      const auto weight = weights_.of(entries[i]);
      left += weight;
      left_hits += entry_label(entries[i]) != 0 ? weight : 0;
      if (entry_rank(entries[i]) != entry_rank(entries[i + 1]) && i + 1 >= least &&
          score_.improves(static_cast<double>(left), static_cast<double>(left_hits))) {
        best = {i + 1, static_cast<double>(left), static_cast<double>(left_hits)};
      }
    }
    return best;
  }

 private:
  const Weights& weights_;
  Score score_;
};

// The fast one for counts and Gini.
class VectorScan {
 public:
  VectorScan(const Counted&, double weight, double hits) : weight_(weight), hits_(hits) {}

  Cut look(const std::uint64_t* entries, std::uint32_t rows, std::uint32_t least) {
    const auto left = static_cast<std::uint32_t>(scan_gini(entries, rows, least, weight_, hits_, best_));
    return {left, static_cast<double>(best_.left), static_cast<double>(best_.left_hits)};
  }

 private:
  double weight_;
  double hits_;
  GiniBest best_;
};

}  // namespace

TreeGrower::TreeGrower(const RankCode& code, std::span<const std::uint8_t> y)
    : code_(&code), y_(y), columns_(code.columns()), is_left_(code.rows()), order_(code.columns()) {}

const GrownTree& TreeGrower::grow(const TreeParams& params, std::span<const std::uint16_t> counts,
                                  Random random) {
  lay_out(static_cast<std::size_t>(std::ranges::count_if(counts, [](auto count) { return count != 0; })),
          [&](std::size_t row) { return counts[row]; });
  return grow_weighted(params, Counted{}, random);
}

const GrownTree& TreeGrower::grow(const TreeParams& params, std::span<const double> weights, Random random) {
  lay_out(static_cast<std::size_t>(std::ranges::count_if(weights, [](double w) { return w > 0; })),
          [&](std::size_t row) { return weights[row] > 0 ? 1U : 0U; });
  return grow_weighted(params, Weighted{weights}, random);
}

// Copies every column's rows that take part, in ascending order. An entry is always written and kept only if
// its row counts: no branch to mispredict.
void TreeGrower::lay_out(std::size_t rows_in, auto&& count_of) {
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const RankColumn& column = code_->column(c);
    for (auto& entries : columns_[c].entries) entries.resize(rows_in + kGiniScanPadding);
    std::vector<std::uint64_t>& entries = columns_[c].entries[0];
    std::size_t kept = 0;
    for (const std::uint32_t row : column.order) {
      const auto count = count_of(row);
      entries[kept] = pack_entry(column.rank(row), row, count, y_[row]);
      kept += count != 0 ? 1 : 0;
    }
  }
}

template <typename Weights>
void TreeGrower::sum_up(const Weights& weights, const std::uint64_t* entries, Node& node) {
  typename Weights::Sum weight{};
  typename Weights::Sum hits{};
  for (std::uint32_t i = node.begin; i < node.end; ++i) {
    weight += weights.of(entries[i]);
    hits += entry_label(entries[i]) != 0 ? weights.of(entries[i]) : 0;
  }
  node.weight = static_cast<double>(weight);
  node.hits = static_cast<double>(hits);
}

template <typename Weights>
const GrownTree& TreeGrower::grow_weighted(const TreeParams& params, const Weights& weights, Random& random) {
  using GiniScan =
      std::conditional_t<std::is_same_v<Weights, Counted>, VectorScan, PlainScan<Weights, GiniScore>>;
  using EntropyScan = PlainScan<Weights, EntropyScore>;
  tree_.feature.clear();
  tree_.threshold.clear();
  tree_.left.clear();
  std::iota(order_.begin(), order_.end(), 0U);

  const auto add_leaf = [&] {
    tree_.feature.push_back(-1);
    tree_.threshold.push_back(0);
    tree_.left.push_back(0);
  };
  // A leaf gets its value, any other node is put aside. True for a leaf.
  const auto settle = [&](const Node& node) {
    const std::size_t rows = node.end - node.begin;
    tree_.threshold[node.index] = static_cast<float>(node.hits / node.weight);
    const bool is_leaf = node.hits <= 0 || node.hits >= node.weight || rows < params.min_samples_split ||
                         rows < 2 * params.min_samples_leaf ||
                         (params.max_depth != 0 && node.depth >= params.max_depth);
    if (!is_leaf) open_.push_back(node);
    return is_leaf;
  };

  Node root;
  root.end = static_cast<std::uint32_t>(columns_[0].entries[0].size() - kGiniScanPadding);
  sum_up(weights, columns_[0].entries[0].data(), root);
  add_leaf();
  settle(root);
  while (!open_.empty()) {
    Node node = open_.back();
    open_.pop_back();
    const Split split = params.criterion == Criterion::gini
                            ? find_split(params, GiniScan(weights, node.weight, node.hits), random, node)
                            : find_split(params, EntropyScan(weights, node.weight, node.hits), random, node);
    if (split.middle == 0) continue;  // every column is constant: it stays a leaf

    const std::uint64_t* entries = entries_of(split.column, node);
    const auto left = static_cast<std::uint32_t>(tree_.feature.size());
    tree_.feature[node.index] = static_cast<std::int16_t>(split.column);
    tree_.threshold[node.index] =
        code_->column(split.column)
            .threshold_between(entry_rank(entries[split.middle - 1]), entry_rank(entries[split.middle]));
    tree_.left[node.index] = left;
    add_leaf();
    add_leaf();

    Node low = node;
    low.end = split.middle;
    low.index = left;
    low.weight = split.weight;
    low.hits = split.hits;
    Node high = node;
    high.begin = split.middle;
    high.index = left + 1;
    high.weight = node.weight - split.weight;
    high.hits = node.hits - split.hits;
    // A difference of real sums is not exact, and dust would hide that a node is pure.
    if constexpr (std::is_floating_point_v<typename Weights::Sum>) sum_up(weights, entries, high);
    ++low.depth;
    ++high.depth;
    const std::size_t first = open_.size();
    const bool need_right = !settle(high);
    const bool need_left = !settle(low);
    if (!need_left && !need_right) continue;
    partition(node, split, need_left, need_right);
    for (std::size_t i = first; i < open_.size(); ++i) open_[i].buffer = node.buffer;
  }
  return tree_;
}

template <typename Scan>
TreeGrower::Split TreeGrower::find_split(const TreeParams& params, Scan scan, Random& random, Node& node) {
  const std::size_t wanted = params.max_features == 0 ? order_.size() : params.max_features;
  const auto least = static_cast<std::uint32_t>(std::max<std::size_t>(params.min_samples_leaf, 1));
  Split best;
  bool splittable = false;
  for (std::size_t drawn = 0; drawn < order_.size() && (drawn < wanted || !splittable); ++drawn) {
    std::swap(order_[drawn], order_[drawn + random.below(order_.size() - drawn)]);
    const std::size_t c = order_[drawn];
    if ((node.constant >> c & 1U) != 0) continue;
    const std::uint64_t* entries = entries_of(c, node);
    if (entry_rank(entries[node.begin]) == entry_rank(entries[node.end - 1])) {
      node.constant |= std::uint64_t{1} << c;
      continue;
    }
    splittable = true;
    const Cut cut = scan.look(entries + node.begin, node.end - node.begin, least);
    if (cut.rows != 0) best = {c, node.begin + cut.rows, cut.weight, cut.hits};
  }
  return best;
}

void TreeGrower::partition(Node& node, const Split& split, bool need_left, bool need_right) {
  const std::uint64_t* decided = entries_of(split.column, node);
  std::uint8_t* const is_left = is_left_.data();
  for (std::size_t i = node.begin; i < split.middle; ++i) is_left[entry_row(decided[i])] = 1;
  for (std::size_t i = split.middle; i < node.end; ++i) is_left[entry_row(decided[i])] = 0;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (c == split.column || (node.constant >> c & 1U) != 0) continue;
    const std::uint64_t* const from = entries_of(c, node);
    node.buffer ^= std::uint64_t{1} << c;
    std::uint64_t* const to = columns_[c].entries[node.buffer >> c & 1U].data();
    std::size_t left = node.begin;
    std::size_t right = split.middle;
    if (need_left && need_right) {
      // The choice of place is arithmetic on purpose: as a branch it would be mispredicted every other time.
      for (std::size_t i = node.begin; i < node.end; ++i) {
        const std::uint64_t entry = from[i];
        const std::size_t goes_left = is_left[entry_row(entry)];
        to[right + ((left - right) & (0 - goes_left))] = entry;
        left += goes_left;
        right += 1 - goes_left;
      }
    } else if (need_left) {
      for (const std::uint64_t* entry = from + node.begin; left < split.middle; ++entry) {
        to[left] = *entry;
        left += is_left[entry_row(*entry)];
      }
    } else {
      for (const std::uint64_t* entry = from + node.begin; right < node.end; ++entry) {
        to[right] = *entry;
        right += 1U - is_left[entry_row(*entry)];
      }
    }
  }
}

}  // namespace hitscope
