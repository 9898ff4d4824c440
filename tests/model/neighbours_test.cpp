#include "model/neighbours.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "model/sample_models.h"

namespace hitscope {
namespace {

// The definition, written down without any haste: all distances, a full sort, ties to the smaller index.
double by_definition(std::span<const float> rows, std::span<const std::uint8_t> labels, std::size_t n,
                     std::size_t k, bool weighted, std::span<const float> query) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    double sum = 0;
    for (std::size_t f = 0; f < n; ++f) {
      sum += std::pow(static_cast<double>(rows[r * n + f]) - static_cast<double>(query[f]), 2);
    }
    order.emplace_back(sum, r);
  }
  std::sort(order.begin(), order.end());
  order.resize(k);
  const bool exact_match = weighted && order.front().first == 0;
  double hits = 0;
  double total = 0;
  for (const auto& [squared, r] : order) {
    if (exact_match && squared > 0) continue;
    const double weight = weighted && !exact_match ? 1 / std::sqrt(squared) : 1;
    hits += weight * labels[r];
    total += weight;
  }
  return hits / total;
}

TEST(Neighbours, CountsTheNearestThree) {
  const std::array<float, 5> rows = {0, 1, 2, 10, 11};
  const std::array<std::uint8_t, 5> labels = {1, 1, 0, 0, 0};
  const Neighbours tree = Neighbours::build(rows, labels, 1, 3, false);
  ASSERT_TRUE(tree.validate());
  const std::array<float, 1> near_start = {0.4F};
  EXPECT_DOUBLE_EQ(tree.probability(near_start), 2.0 / 3.0);
  const std::array<float, 1> near_end = {10.6F};
  EXPECT_DOUBLE_EQ(tree.probability(near_end), 0.0);
}

TEST(Neighbours, WeighsByInverseDistance) {
  const std::array<float, 2> rows = {0, 3};
  const std::array<std::uint8_t, 2> labels = {1, 0};
  const Neighbours tree = Neighbours::build(rows, labels, 1, 2, true);
  const std::array<float, 1> query = {1};  // distances 1 and 2: weights 1 and 1/2
  EXPECT_NEAR(tree.probability(query), 2.0 / 3.0, 1e-15);
}

TEST(Neighbours, ARowThatCoincidesDecidesAlone) {
  const std::array<float, 4> rows = {1, 1, 1.001F, 1.002F};
  const std::array<std::uint8_t, 4> labels = {1, 0, 0, 0};
  const Neighbours tree = Neighbours::build(rows, labels, 1, 4, true);
  const std::array<float, 1> query = {1};
  EXPECT_DOUBLE_EQ(tree.probability(query), 0.5);
}

TEST(Neighbours, TiesGoToTheSmallerIndex) {
  const std::array<float, 4> rows = {-1, 1, -1, 1};  // all at distance 1
  const std::array<std::uint8_t, 4> labels = {1, 1, 0, 0};
  const std::array<float, 1> query = {0};
  EXPECT_EQ(Neighbours::build(rows, labels, 1, 2, false).probability(query), 1.0);
}

struct Case {
  std::size_t rows;
  std::size_t features;
  std::size_t k;
  bool weighted;
  bool coarse;  // values rounded to a few levels: ties and duplicates everywhere
};

class NeighboursCase : public ::testing::TestWithParam<Case> {};

TEST_P(NeighboursCase, TheTreeFindsWhatTheDefinitionFinds) {
  const Case& c = GetParam();
  Random random(c.rows * 31 + c.features);
  const auto draw = [&](std::size_t count) {
    std::vector<float> values = testing::random_row(random, count);
    if (c.coarse) {
      for (float& v : values) v = std::round(v);
    }
    return values;
  };
  const std::vector<float> rows = draw(c.rows * c.features);
  std::vector<std::uint8_t> labels(c.rows);
  for (auto& label : labels) label = random.below(2) != 0 ? 1 : 0;
  const Neighbours tree = Neighbours::build(rows, labels, c.features, c.k, c.weighted);
  ASSERT_TRUE(tree.validate());
  std::vector<std::uint32_t> index = tree.index;
  std::sort(index.begin(), index.end());
  for (std::uint32_t i = 0; i < c.rows; ++i) ASSERT_EQ(index[i], i);
  for (int i = 0; i < 200; ++i) {
    const std::vector<float> query = draw(c.features);
    ASSERT_NEAR(tree.probability(query), by_definition(rows, labels, c.features, c.k, c.weighted, query),
                1e-12);
  }
}

// All hybrids of two rows at once, against one search each.
TEST_P(NeighboursCase, CoalitionsEqualOneSearchPerHybrid) {
  const Case& c = GetParam();
  Random random(c.rows * 37 + c.features);
  const auto draw = [&](std::size_t count) {
    std::vector<float> values = testing::random_row(random, count);
    if (c.coarse) {
      for (float& v : values) v = std::round(v);
    }
    return values;
  };
  const std::vector<float> rows = draw(c.rows * c.features);
  std::vector<std::uint8_t> labels(c.rows);
  for (auto& label : labels) label = random.below(2) != 0 ? 1 : 0;
  const Neighbours tree = Neighbours::build(rows, labels, c.features, c.k, c.weighted);
  for (int i = 0; i < 3; ++i) {
    const std::vector<float> row = draw(c.features);
    const std::vector<float> background = draw(c.features);
    // Up to seven players; the rest, and the last of many, are never taken from the row.
    std::vector<std::uint32_t> bits(c.features, 0);
    const std::size_t players = std::min<std::size_t>(c.features, 7);
    for (std::size_t p = 0; p < players; ++p) bits[p * c.features / players] = 1U << p;
    std::vector<double> game(std::size_t{1} << players, 10.0);
    tree.add_coalitions(row, background, bits, game);
    for (std::uint32_t s = 0; s < game.size(); ++s) {
      std::vector<float> hybrid = background;
      for (std::size_t f = 0; f < c.features; ++f) {
        if ((bits[f] & s) != 0) hybrid[f] = row[f];
      }
      ASSERT_NEAR(game[s] - 10.0, tree.probability(hybrid), 1e-12) << "coalition " << s;
    }
  }
}

// Until it is destroyed, dispatched code runs in the given one of Highway's instruction sets.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) { use(target); }
  OnlyTarget(const OnlyTarget&) = delete;
  OnlyTarget& operator=(const OnlyTarget&) = delete;
  ~OnlyTarget() { use(0); }  // 0: whatever the processor has

 private:
  static void use(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

TEST_P(NeighboursCase, OneRowIsTheSameBitsInEveryInstructionSet) {
  const Case& c = GetParam();
  Random random(c.rows * 43 + c.features);
  const Neighbours tree = testing::random_neighbours(random, c.features, c.rows, c.k, c.weighted);
  for (int i = 0; i < 20; ++i) {
    const std::vector<float> row = testing::random_row(random, c.features);
    const double expected = tree.probability(row);
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      const OnlyTarget only(target);
      EXPECT_EQ(tree.probability(row), expected) << hwy::TargetName(target);
    }
  }
}

TEST_P(NeighboursCase, CoalitionsAreTheSameBitsInEveryInstructionSet) {
  const Case& c = GetParam();
  Random random(c.rows * 41 + c.features);
  const Neighbours tree = testing::random_neighbours(random, c.features, c.rows, c.k, c.weighted);
  const std::vector<float> row = testing::random_row(random, c.features);
  const std::vector<float> background = testing::random_row(random, c.features);
  const std::size_t players = std::min<std::size_t>(c.features, 7);
  std::vector<std::uint32_t> bits(c.features, 0);
  for (std::size_t p = 0; p < players; ++p) bits[p] = 1U << p;
  std::vector<double> expected(std::size_t{1} << players);
  tree.add_coalitions(row, background, bits, expected);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    const OnlyTarget only(target);
    std::vector<double> game(expected.size());
    tree.add_coalitions(row, background, bits, game);
    EXPECT_EQ(game, expected) << hwy::TargetName(target);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Neighbours, NeighboursCase,
    ::testing::Values(Case{1, 1, 1, false, false}, Case{15, 2, 3, true, false}, Case{16, 2, 3, false, true},
                      Case{17, 3, 17, true, true}, Case{1000, 1, 5, false, true},
                      Case{1000, 6, 25, true, false}, Case{1000, 6, 25, true, true},
                      Case{2003, 13, 256, false, false}, Case{500, 64, 5, true, false},
                      // Over a thousand rows as near as the k-th: more than a search holds.
                      Case{5000, 1, 5, true, true}, Case{5000, 1, 200, false, true}));

TEST(Neighbours, TheOrderOfTheRowsNeverChangesTheAnswer) {
  Random random(5);
  Neighbours tree = testing::random_neighbours(random, 3, 300, 9, true);
  const std::vector<float> query = testing::random_row(random, 3);
  const double before = tree.probability(query);
  const std::size_t a = 4;
  const std::size_t b = 200;
  for (std::size_t f = 0; f < 3; ++f) std::swap(tree.rows[a * 3 + f], tree.rows[b * 3 + f]);
  std::swap(tree.labels[a], tree.labels[b]);
  std::swap(tree.index[a], tree.index[b]);
  tree.prepare();
  EXPECT_DOUBLE_EQ(tree.probability(query), before);
}

TEST(Neighbours, FarAwayQueriesAreStillAnswered) {
  Random random(6);
  const Neighbours tree = testing::random_neighbours(random, 3, 300, 9, true);
  const std::vector<float> query = {1e9F, -1e9F, 1e9F};
  const double p = tree.probability(query);
  EXPECT_GE(p, 0.0);
  EXPECT_LE(p, 1.0);
}

TEST(Neighbours, CoalitionsAgreeWhereverTheRowsLie) {
  Random random(7);
  const Neighbours tree = testing::random_neighbours(random, 3, 300, 9, false);
  const std::vector<float> on_a_row(tree.rows.begin(), tree.rows.begin() + 3);
  const std::vector<float> far = {1e9F, -1e9F, 1e9F};
  const std::vector<float> tiny = {1e-30F, -1e-38F, 0.0F};
  const std::vector<std::uint32_t> bits = {1, 2, 4};
  for (const auto& row : {on_a_row, far, tiny}) {
    for (const auto& background : {on_a_row, far, tiny}) {
      std::vector<double> game(8);
      tree.add_coalitions(row, background, bits, game);
      for (std::uint32_t s = 0; s < game.size(); ++s) {
        std::vector<float> hybrid = background;
        for (std::size_t f = 0; f < 3; ++f) {
          if ((s >> f & 1U) != 0) hybrid[f] = row[f];
        }
        EXPECT_EQ(game[s], tree.probability(hybrid)) << "coalition " << s;
      }
    }
  }
}

TEST(Neighbours, RefusesWhatIsMalformed) {
  const auto broken = [](auto change) {
    Random random(1);
    Neighbours tree = testing::random_neighbours(random, 2, 20, 5, false);
    change(tree);
    const auto sound = tree.validate();
    return !sound && sound.error().kind == ErrorKind::model_invalid;
  };
  EXPECT_FALSE(broken([](Neighbours&) {}));
  EXPECT_TRUE(broken([](Neighbours& t) { t.k = 0; }));
  EXPECT_TRUE(broken([](Neighbours& t) { t.k = 21; }));
  EXPECT_TRUE(broken([](Neighbours& t) { t.n_features = 0; }));
  EXPECT_TRUE(broken([](Neighbours& t) { t.n_features = 3; }));
  EXPECT_TRUE(broken([](Neighbours& t) { t.index.pop_back(); }));
  EXPECT_TRUE(broken([](Neighbours& t) { t.labels[3] = 2; }));
  EXPECT_TRUE(broken([](Neighbours& t) { t.rows[3] = std::numeric_limits<float>::infinity(); }));
  EXPECT_TRUE(broken([](Neighbours& t) { t.rows[3] = std::nanf(""); }));
  EXPECT_TRUE(broken([](Neighbours& t) { t.rows[3] = -2e9F; }));
}

}  // namespace
}  // namespace hitscope
