#include "learn/dataset.h"

#include <gtest/gtest.h>

#include <limits>

#include "learn/synthetic.h"

namespace hitscope {
namespace {

using testing::table;

TEST(Dataset, NamesWhatIsWrongWithIt) {
  EXPECT_TRUE(table(2, {1, 2, 3, 4}, {0, 1}).validate());
  EXPECT_FALSE(Dataset{}.validate());

  Dataset data = table(1, {1, 2}, {0, 1});
  data.y.push_back(1);
  EXPECT_EQ(data.validate().error().kind, ErrorKind::table_invalid);

  data = table(1, {1, 2}, {0, 1});
  for (const std::vector<double>& weight : {std::vector<double>{1}, {1, -1}, {0, 0}, {1, std::nan("")}}) {
    data.weight = weight;
    EXPECT_EQ(data.validate().error().kind, ErrorKind::table_invalid);
  }
  data.weight = {0, 2.5};
  EXPECT_TRUE(data.validate());
}

TEST(Dataset, SubsetKeepsOrderAndRepeats) {
  Dataset data = table(2, {1, 2, 3, 4, 5, 6}, {0, 1, 0});
  data.weight = {1, 2, 3};
  const Dataset part = data.subset(std::vector<std::size_t>{2, 1, 1});
  ASSERT_EQ(part.rows(), 3U);
  EXPECT_EQ(part.x(0, 0), 5.0F);
  EXPECT_EQ(part.x(2, 1), 4.0F);
  EXPECT_EQ(part.y, (std::vector<std::uint8_t>{0, 1, 1}));
  EXPECT_EQ(part.weight, (std::vector<double>{3, 2, 2}));
}

}  // namespace
}  // namespace hitscope
