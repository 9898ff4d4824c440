#include "learn/stump_search.h"

#include <gtest/gtest.h>

#include "learn/synthetic.h"
#include "learn/tree_grower.h"

namespace hitscope {
namespace {

using testing::noisy_table;
using testing::table;

TEST(StumpSearch, FindsWhatTheGrowerFinds) {
  const Dataset data = noisy_table(400, 1);
  const RankCode code = *RankCode::of(data.x);
  StumpSearch search(code, data.y, 1);
  TreeGrower grower(code, data.y);
  TreeParams stump_params;
  stump_params.max_depth = 1;
  Random random(2);
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<double> weights;
    for (std::size_t r = 0; r < data.rows(); ++r)
      weights.push_back(random.below(5) == 0 ? 0 : random.uniform());
    const Stump stump = search.best(weights);
    const GrownTree& tree = grower.grow(stump_params, weights, random.fork(1));
    ASSERT_TRUE(stump.is_split);
    EXPECT_EQ(static_cast<int>(stump.column), tree.feature[0]);
    EXPECT_EQ(stump.threshold, tree.threshold[0]);
    EXPECT_FLOAT_EQ(static_cast<float>(stump.left[1] / (stump.left[0] + stump.left[1])), tree.threshold[1]);
    EXPECT_FLOAT_EQ(static_cast<float>(stump.right[1] / (stump.right[0] + stump.right[1])),
                    tree.threshold[2]);
  }
}

TEST(StumpSearch, CutsHalfwayBetweenValuesThatWeigh) {
  // Values 1 2 3 4 5, of which 2 and 4 weigh nothing: the cut between 1 and 3 is at 2, not at 1.5.
  const Dataset data = table(1, {1, 2, 3, 4, 5}, {0, 1, 1, 0, 1});
  const RankCode code = *RankCode::of(data.x);
  StumpSearch search(code, data.y, 1);
  const Stump stump = search.best(std::vector<double>{1, 0, 1, 0, 1});
  EXPECT_TRUE(stump.is_split);
  EXPECT_EQ(stump.threshold, 2.0F);
  EXPECT_EQ(stump.left[0], 1);
  EXPECT_EQ(stump.left[1], 0);
  EXPECT_EQ(stump.right[0], 0);
  EXPECT_EQ(stump.right[1], 2);
}

TEST(StumpSearch, SaysWhenNothingCanBeSplit) {
  const Dataset data = table(1, {7, 7, 9}, {0, 1, 1});
  const RankCode code = *RankCode::of(data.x);
  StumpSearch search(code, data.y, 1);
  const Stump stump = search.best(std::vector<double>{1, 2, 0});
  EXPECT_FALSE(stump.is_split);
  EXPECT_EQ(stump.left[0], 1);
  EXPECT_EQ(stump.left[1], 2);
  EXPECT_EQ(stump.right[0] + stump.right[1], 0);
}

TEST(StumpSearch, WorksOnColumnsOfManyValues) {
  Dataset data;
  data.x = Matrix<float>(70000, 1);
  for (std::size_t r = 0; r < 70000; ++r) {
    data.x(r, 0) = static_cast<float>(r);
    data.y.push_back(r < 66000 ? 0 : 1);
  }
  const RankCode code = *RankCode::of(data.x);
  StumpSearch search(code, data.y, 1);
  EXPECT_EQ(search.best(std::vector<double>(70000, 1)).threshold, 65999.5F);
}

}  // namespace
}  // namespace hitscope
