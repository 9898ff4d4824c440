#include "features/track_features.h"

#include <gtest/gtest.h>

#include <set>

namespace hitscope {
namespace {

TEST(KeyNames, FollowTheWheels) {
  EXPECT_EQ(key_name(9, 0), "A minor");
  EXPECT_EQ(camelot(9, 0), "8A");
  EXPECT_EQ(open_key(9, 0), "1m");
  EXPECT_EQ(key_name(0, 1), "C major");
  EXPECT_EQ(camelot(0, 1), "8B");
  EXPECT_EQ(open_key(0, 1), "1d");
  EXPECT_EQ(camelot(11, 1), "1B");   // B major opens the Camelot wheel
  EXPECT_EQ(camelot(4, 1), "12B");   // E major closes it
  EXPECT_EQ(camelot(6, 0), "11A");   // F# minor
  EXPECT_EQ(open_key(5, 1), "12d");  // F major, one fifth below C
}

TEST(KeyNames, AllTwentyFourDiffer) {
  std::set<std::string> camelots;
  std::set<std::string> open_keys;
  for (int key = 0; key < 12; ++key) {
    for (int mode = 0; mode < 2; ++mode) {
      camelots.insert(camelot(key, mode));
      open_keys.insert(open_key(key, mode));
    }
  }
  EXPECT_EQ(camelots.size(), 24U);
  EXPECT_EQ(open_keys.size(), 24U);
}

}  // namespace
}  // namespace hitscope
