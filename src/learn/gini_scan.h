// The innermost loop of growing trees: the split of one node on one column that lowers Gini impurity most.
//
// Idea. Entries come in ascending order of rank. Cutting them after any entry whose successor has a higher
// rank is a split; with l and l1 the count and the hits left of the cut and w and w1 those of the node, the
// decrease of impurity is proportional to d^2 / (l (w - l)), d = l1 w - l w1. Running sums are kept in whole
// numbers, several entries at once (a prefix sum within a vector of 2 to 8 lanes, chosen for the processor at
// run time). Few cuts beat the best before them, so a vector is first screened by a product and divided only
// if a cut passes.
//
// Exact and the same on every processor: sums and d are whole numbers below 2^53, products and the quotient
// round as IEEE 754 says, no multiply-add is fused, and the screen lets through all that could win. The first
// of equal splits wins.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hitscope {

// The best split so far, over all columns looked at.
struct GiniBest {
  double gain = -1;             // d^2 / (l (w - l)); -1: none yet
  std::uint64_t left = 0;       // counts left of the cut
  std::uint64_t left_hits = 0;  // and of its hits
};

// Looks at every cut of entries[0 .. rows) that leaves at least `least` >= 1 entries on either side; `weight`
// and `hits` are the sums over all rows. Returns how many entries lie left of the best cut if it beats
// `best`, which is then updated, else 0. Reads up to kGiniScanPadding entries beyond the last.
inline constexpr std::size_t kGiniScanPadding = 64;
[[nodiscard]] std::size_t scan_gini(const std::uint64_t* entries, std::size_t rows, std::size_t least,
                                    double weight, double hits, GiniBest& best);

}  // namespace hitscope
