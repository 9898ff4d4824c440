// Grows one classification tree over ranked columns: the engine below DecisionTree, RandomForest and
// AdaBoost.
//
// Idea. The rows that take part are laid out once per column in ascending order of rank, each as one packed
// 64-bit entry (tree_entry.h). A node is a range of positions, the same in every column. To split it, the
// candidate columns are scanned from left to right with running sums, which visits every possible split
// exactly; then every column's range is partitioned stably, so that both children are sorted again without
// sorting. The cost per level is a few nanoseconds per row and column and nothing depends on the number of
// distinct values. What saves time: columns known to be constant in a node are neither scanned nor
// partitioned below it; rows of a child that is a leaf are not moved; rows move from one buffer to the other
// and back a level deeper, so nothing is copied twice; unweighted Gini, the usual case, is scanned by vector
// instructions (gini_scan.h).
//
// Meaning of the parameters and of the search is scikit-learn's: columns are drawn without replacement, in
// random order; at least `max_features` are looked at, and on until one is found that is not constant; a
// split of gain 0 is taken (XOR needs one), the first of equal splits wins; min_samples_* count rows, not
// weights. Different on purpose: values are told apart down to the last bit of float32 (scikit-learn calls
// values within 1e-7 equal).
//
// Sources: Breiman, Friedman, Olshen, Stone, "Classification and Regression Trees", 1984; Shafer, Agrawal,
// Mehta, "SPRINT", 1996 (presorted attribute lists); Louppe, "Understanding Random Forests", 2014.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "learn/rank_code.h"

namespace hitscope {

enum class Criterion { gini, entropy };

struct TreeParams {
  Criterion criterion = Criterion::gini;
  std::size_t max_depth = 0;  // 0: until every leaf is pure or too small to split
  std::size_t min_samples_split = 2;
  std::size_t min_samples_leaf = 1;
  std::size_t max_features = 0;  // columns looked at per node; 0: all
};

// One tree in TreeEnsemble's node form, root at 0; a leaf's value is its weighted share of hits.
struct GrownTree {
  std::vector<std::int16_t> feature;
  std::vector<float> threshold;
  std::vector<std::uint32_t> left;

  // The value of the leaf that a row falls into.
  [[nodiscard]] float leaf(std::span<const float> row) const {
    std::uint32_t node = 0;
    while (feature[node] >= 0) {
      node = left[node] + (row[static_cast<std::size_t>(feature[node])] <= threshold[node] ? 0U : 1U);
    }
    return threshold[node];
  }
};

// Holds the scratch memory of one thread; grow() may be called any number of times.
class TreeGrower {
 public:
  // Both are kept by reference and must outlive the grower. code.rows() == y.size().
  TreeGrower(const RankCode& code, std::span<const std::uint8_t> y);

  // `counts`: how often each row is in the sample, at most kEntryMaxCount each and 2^26 in sum; rows of count
  // 0 take no part, some row must.
  const GrownTree& grow(const TreeParams& params, std::span<const std::uint16_t> counts, Random random);
  // The same with real weights.
  const GrownTree& grow(const TreeParams& params, std::span<const double> weights, Random random);

 private:
  struct Node {
    std::uint32_t begin = 0;  // positions in every column's order
    std::uint32_t end = 0;
    std::uint32_t depth = 0;
    std::uint32_t index = 0;     // in tree_
    double weight = 0;           // of all its rows
    double hits = 0;             // of its rows labelled 1
    std::uint64_t constant = 0;  // bit c: column c is known to be constant here
    std::uint64_t buffer = 0;    // bit c: which of column c's two buffers holds this node's entries
  };
  struct Split {
    std::size_t column = 0;
    std::uint32_t middle = 0;  // the first position of the right child; 0: no split
    double weight = 0;         // of the left child
    double hits = 0;
  };
  struct Column {
    std::vector<std::uint64_t> entries[2];
  };

  void lay_out(std::size_t rows_in, auto&& count_of);
  [[nodiscard]] const std::uint64_t* entries_of(std::size_t column, const Node& node) const {
    return columns_[column].entries[node.buffer >> column & 1U].data();
  }
  // Sets the node's weight and hits from its rows.
  template <typename Weights>
  static void sum_up(const Weights& weights, const std::uint64_t* entries, Node& node);
  template <typename Weights>
  const GrownTree& grow_weighted(const TreeParams& params, const Weights& weights, Random& random);
  template <typename Scan>
  Split find_split(const TreeParams& params, Scan scan, Random& random, Node& node);
  // Brings each child's rows together in every column; a child that is a leaf needs none of its rows.
  void partition(Node& node, const Split& split, bool need_left, bool need_right);

  const RankCode* code_;
  std::span<const std::uint8_t> y_;
  std::vector<Column> columns_;
  std::vector<std::uint8_t> is_left_;  // per row: whether it goes to the left child of the node at hand
  std::vector<std::uint32_t> order_;   // the columns in the order drawn, redrawn in place for every node
  std::vector<Node> open_;
  GrownTree tree_;
};

}  // namespace hitscope
