#include "report/hmac.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hitscope {
namespace {

std::string hex(const std::vector<std::uint8_t>& key, std::string_view message) {
  return fmt::format("{:02x}", fmt::join(hmac_sha256(key, message), ""));
}

// RFC 4231, test cases 1, 2 and 6.
TEST(Hmac, GivesThePublishedValues) {
  EXPECT_EQ(hex(std::vector<std::uint8_t>(20, 0x0b), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex({'J', 'e', 'f', 'e'}, "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      hex(std::vector<std::uint8_t>(131, 0xaa), "Test Using Larger Than Block-Size Key - Hash Key First"),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

}  // namespace
}  // namespace hitscope
