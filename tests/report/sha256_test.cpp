#include "report/sha256.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hitscope {
namespace {

std::string hash_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  const auto source = open_memory({bytes.begin(), bytes.end()});
  return sha256_hex(*source).value();
}

// FIPS 180-4's examples (NIST, "SHA256.pdf" and CAVP).
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(hash_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, CoversTheWholeSourceWhereverItStands) {
  const auto bytes = std::as_bytes(std::span(std::string_view("abc")));
  const auto source = open_view(bytes);
  source->seek(2);
  EXPECT_EQ(sha256_hex(*source).value(), hash_of("abc"));
}

}  // namespace
}  // namespace hitscope
