#include "model/shapley.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <numeric>

#include "core/random.h"

namespace hitscope {
namespace {

std::vector<double> random_game(std::size_t players, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> game(std::size_t{1} << players);
  for (double& v : game) v = random.uniform();
  return game;
}

// The definition: the mean gain of joining, over all orders of arrival.
std::vector<double> over_all_orders(const std::vector<double>& game, std::size_t players) {
  std::vector<std::size_t> order(players);
  std::iota(order.begin(), order.end(), 0U);
  std::vector<double> phi(players, 0.0);
  double orders = 0;
  do {
    std::size_t present = 0;
    for (const std::size_t player : order) {
      const std::size_t with = present | (std::size_t{1} << player);
      phi[player] += game[with] - game[present];
      present = with;
    }
    ++orders;
  } while (std::next_permutation(order.begin(), order.end()));
  for (double& value : phi) value /= orders;
  return phi;
}

TEST(Shapley, SolvesTheGloveGame) {
  // Player 0 holds a left glove, 1 and 2 a right one each; a pair is worth 1 (Shapley: 2/3, 1/6, 1/6).
  std::vector<double> game(8, 0.0);
  game[0b011] = game[0b101] = game[0b111] = 1.0;
  const auto phi = shapley_values(game);
  EXPECT_NEAR(phi[0], 2.0 / 3.0, 1e-15);
  EXPECT_NEAR(phi[1], 1.0 / 6.0, 1e-15);
  EXPECT_NEAR(phi[2], 1.0 / 6.0, 1e-15);
}

TEST(Shapley, EqualsTheMeanOverAllOrders) {
  for (std::size_t players = 1; players <= 7; ++players) {
    const std::vector<double> game = random_game(players, players);
    const auto phi = shapley_values(game);
    const auto expected = over_all_orders(game, players);
    for (std::size_t i = 0; i < players; ++i) EXPECT_NEAR(phi[i], expected[i], 1e-12);
  }
}

TEST(Shapley, SharesOutTheWholeGain) {
  for (std::size_t players = 0; players <= 13; ++players) {
    const std::vector<double> game = random_game(players, 100 + players);
    const auto phi = shapley_values(game);
    ASSERT_EQ(phi.size(), players);
    EXPECT_NEAR(std::accumulate(phi.begin(), phi.end(), 0.0), game.back() - game.front(), 1e-12);
  }
}

TEST(Shapley, EqualPlayersShareEquallyAndDummiesGetNothing) {
  // v depends on how many of players 0 and 1 are present, and on 2; player 3 never matters.
  std::vector<double> game(16);
  for (std::size_t s = 0; s < 16; ++s) {
    const int twins = std::popcount(s & 0b0011U);
    game[s] = 0.3 * twins * twins + ((s & 0b0100U) != 0 ? 0.7 * (1 + twins) : 0.0);
  }
  const auto phi = shapley_values(game);
  EXPECT_NEAR(phi[0], phi[1], 1e-15);
  EXPECT_NEAR(phi[3], 0.0, 1e-15);
  EXPECT_GT(phi[2], 0.0);
}

TEST(Shapley, ZetaSumsOverSubsets) {
  std::vector<double> table = {1, 2, 4, 8};
  zeta_transform(table);
  EXPECT_EQ(table, (std::vector<double>{1, 3, 5, 15}));
}

}  // namespace
}  // namespace hitscope
