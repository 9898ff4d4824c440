#include "learn/knn.h"

#include <gtest/gtest.h>

#include <array>

#include "learn/synthetic.h"

namespace hitscope {
namespace {

using testing::noisy_table;
using testing::table;

TEST(Knn, CountsTheNearest) {
  KnnParams params;
  params.k = 3;
  const Neighbours knn = *fit_knn(table(1, {0, 1, 2, 10, 11}, {1, 1, 0, 0, 0}), params);
  EXPECT_DOUBLE_EQ(knn.probability(std::array{0.0F}), 2.0 / 3);  // 0, 1, 2
  EXPECT_DOUBLE_EQ(knn.probability(std::array{12.0F}), 0.0);     // 11, 10, 2
}

TEST(Knn, WeighsByOneOverDistance) {
  KnnParams params;
  params.k = 2;
  params.distance_weights = true;
  const Neighbours knn = *fit_knn(table(1, {0, 3}, {1, 0}), params);
  EXPECT_NEAR(knn.probability(std::array{1.0F}), 1.0 / 1.5, 1e-12);  // weights 1 and 1/2
  EXPECT_EQ(knn.probability(std::array{3.0F}), 0.0);                 // coincides with the flop
}

TEST(Knn, OneNeighbourRemembersTheTable) {
  const Dataset data = noisy_table(500, 1);
  KnnParams params;
  params.k = 1;
  EXPECT_EQ(testing::accuracy_of(*fit_knn(data, params), data), 1.0);
}

TEST(Knn, RefusesWhatItCannotFit) {
  const Dataset data = table(1, {0, 1, 2}, {0, 1, 0});
  KnnParams params;
  for (const std::size_t k : {0U, 4U}) {
    params.k = k;
    EXPECT_EQ(fit_knn(data, params).error().kind, ErrorKind::recipe_invalid);
  }
  params.k = 1;
  Dataset weighted = data;
  weighted.weight = {1, 2, 1};
  EXPECT_EQ(fit_knn(weighted, params).error().kind, ErrorKind::table_invalid);
  Dataset wide;
  wide.x = Matrix<float>(3, Neighbours::kMaxFeatures + 1);
  wide.y = {0, 1, 0};
  EXPECT_EQ(fit_knn(wide, params).error().kind, ErrorKind::recipe_invalid);
}

}  // namespace
}  // namespace hitscope
