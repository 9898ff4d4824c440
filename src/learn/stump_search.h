// The best decision stump for rows whose weights change and whose columns do not: AdaBoost's inner loop.
//
// Idea. A column's possible stumps depend only on the weight of hits and of flops at each of its distinct
// values. So a round adds every row's weight to the cell (rank, label) of each column, in one pass without a
// branch, and then scans the cells with running sums. That costs O(rows + distinct values) per column instead
// of the grower's copy and scan of every row, and finds the same split: the largest decrease of Gini
// impurity, the first of equals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "learn/rank_code.h"

namespace hitscope {

struct Stump {
  bool is_split = false;  // false: no column tells the rows apart, all of them are left
  std::size_t column = 0;
  std::uint32_t left_rank = 0;  // rows of at most this rank go left
  float threshold = 0;          // and of at most this value
  double left[2] = {0, 0};      // weight of flops and of hits on either side
  double right[2] = {0, 0};
};

class StumpSearch {
 public:
  // Both are kept by reference and must outlive the search.
  StumpSearch(const RankCode& code, std::span<const std::uint8_t> y, unsigned n_threads);

  // `weights`: one per row, not negative, some positive. Rows of weight 0 take no part.
  [[nodiscard]] Stump best(std::span<const double> weights);

 private:
  struct Best {
    double gain = -1;
    std::uint32_t left_rank = 0;
  };
  void search_column(std::size_t c, std::span<const double> weights);

  const RankCode* code_;
  std::span<const std::uint8_t> y_;
  unsigned n_threads_;
  std::vector<std::vector<double>> cells_;  // per column, at 2 * rank + label
  std::vector<Best> bests_;                 // per column
};

}  // namespace hitscope
