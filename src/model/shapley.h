// Cooperative games over n players, given as a table of 2^n values indexed by coalition (bit i = player i).
// Source: Shapley 1953; the subset-sum (zeta) transform: Yates 1937.
#pragma once

#include <span>
#include <vector>

namespace hitscope {

// In place: table[S] becomes the sum of table[T] over all T within S. The size is a power of two.
void zeta_transform(std::span<double> table);

// phi_i = sum over S without i of |S|! (n-|S|-1)! / n! * (v(S + i) - v(S)). n additions a coalition.
[[nodiscard]] std::vector<double> shapley_values(std::span<const double> game);

}  // namespace hitscope
