#include "learn/isotonic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "model/piecewise_linear.h"

namespace hitscope {
namespace {

using Values = std::vector<double>;

TEST(Isotonic, PoolsViolatorsByHand) {
  const IsotonicMap map = *fit_isotonic(Values{4, 1, 3, 2}, Values{4, 1, 2, 3});
  EXPECT_EQ(map.x, (Values{1, 2, 3, 4}));
  EXPECT_EQ(map.y, (Values{1, 2.5, 2.5, 4}));
}

TEST(Isotonic, PoolsBackwardsAsFarAsNeeded) {
  // 1 2 3 0: 0 pools with 3 (1.5), then with 2 (5/3), and stays above 1.
  const IsotonicMap map = *fit_isotonic(Values{1, 2, 3, 4}, Values{1, 2, 3, 0});
  EXPECT_EQ(map.x, (Values{1, 2, 4}));
  EXPECT_DOUBLE_EQ(map.y[1], 5.0 / 3);
  EXPECT_DOUBLE_EQ(map.y[2], 5.0 / 3);
}

TEST(Isotonic, WeighsAndAveragesTies) {
  const IsotonicMap weighted = *fit_isotonic(Values{1, 2}, Values{1, 0}, Values{3, 1});
  EXPECT_EQ(weighted.y, (Values{0.75, 0.75}));
  const IsotonicMap tied = *fit_isotonic(Values{1, 1, 2}, Values{0, 1, 1});
  EXPECT_EQ(tied.x, (Values{1, 2}));
  EXPECT_EQ(tied.y, (Values{0.5, 1}));
}

TEST(Isotonic, KnotsAreValidAndCalibrate) {
  Random random(1);
  Values score;
  Values target;
  for (int i = 0; i < 5000; ++i) {
    score.push_back(random.uniform());
    target.push_back(random.uniform() < score.back() * score.back() ? 1 : 0);
  }
  const IsotonicMap map = *fit_isotonic(score, target);
  EXPECT_TRUE(is_piecewise_linear(map.x, map.y));
  EXPECT_TRUE(std::ranges::is_sorted(map.y));
  for (const double s : {0.2, 0.5, 0.8}) EXPECT_NEAR(piecewise_linear(map.x, map.y, s), s * s, 0.08);
}

TEST(Isotonic, RefusesWhatItCannotFit) {
  EXPECT_EQ(fit_isotonic({}, {}).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_isotonic(Values{1}, Values{1, 2}).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_isotonic(Values{std::nan("")}, Values{1}).error().kind, ErrorKind::table_invalid);
  EXPECT_EQ(fit_isotonic(Values{1}, Values{1}, Values{0}).error().kind, ErrorKind::table_invalid);
}

}  // namespace
}  // namespace hitscope
