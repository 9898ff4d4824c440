#include "model/shapley.h"

#include <bit>
#include <cstddef>

namespace hitscope {

void zeta_transform(std::span<double> table) {
  for (std::size_t half = 1; half < table.size(); half *= 2) {
    for (std::size_t block = 0; block < table.size(); block += 2 * half) {
      for (std::size_t i = block; i < block + half; ++i) table[i + half] += table[i];
    }
  }
}

std::vector<double> shapley_values(std::span<const double> game) {
  const auto players = static_cast<std::size_t>(std::countr_zero(game.size()));
  // weight[s] = s! (n-s-1)! / n! = 1 / (n * binomial(n-1, s)).
  std::vector<double> weight(players);
  double binomial = 1;
  for (std::size_t s = 0; s < players; ++s) {
    weight[s] = 1.0 / (static_cast<double>(players) * binomial);
    binomial *= static_cast<double>(players - 1 - s) / static_cast<double>(s + 1);
  }
  std::vector<double> phi(players, 0.0);
  for (std::size_t coalition = 0; coalition < game.size(); ++coalition) {
    const auto size = static_cast<std::size_t>(std::popcount(coalition));
    for (std::size_t player = 0; player < players; ++player) {
      const std::size_t with = coalition | (std::size_t{1} << player);
      if (with != coalition) phi[player] += weight[size] * (game[with] - game[coalition]);
    }
  }
  return phi;
}

}  // namespace hitscope
