#include "model/digest.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace hitscope {
namespace {

std::uint64_t digest(std::string_view text, std::uint64_t seed = 0) {
  return xxh64(std::as_bytes(std::span(text)), seed);
}

TEST(Digest, MatchesPublishedValues) {
  EXPECT_EQ(digest(""), 0xEF46DB3751D8E999ULL);
  EXPECT_EQ(digest("a"), 0xD24EC4F1A98C6E5BULL);
  EXPECT_EQ(digest("abc"), 0x44BC2CF5AD770999ULL);
}

// The reference implementation's own sanity vectors: bytes from its generator, lengths on both sides of 32.
TEST(Digest, MatchesTheReferenceSanityVectors) {
  std::vector<std::byte> buffer(222);
  std::uint64_t generator = 2654435761U;
  for (std::byte& byte : buffer) {
    byte = static_cast<std::byte>(generator >> 56U);
    generator *= 11400714785074694797ULL;
  }
  constexpr std::uint64_t kSeed = 0x9E3779B1U;
  const auto of = [&](std::size_t length, std::uint64_t seed) {
    return xxh64(std::span(buffer).first(length), seed);
  };
  EXPECT_EQ(of(1, 0), 0xE934A84ADB052768ULL);
  EXPECT_EQ(of(1, kSeed), 0x5014607643A9B4C3ULL);
  EXPECT_EQ(of(4, 0), 0x9136A0DCA57457EEULL);
  EXPECT_EQ(of(14, 0), 0x8282DCC4994E35C8ULL);
  EXPECT_EQ(of(14, kSeed), 0xC3BD6BF63DEB6DF0ULL);
  EXPECT_EQ(of(222, 0), 0xB641AE8CB691C174ULL);
  EXPECT_EQ(of(222, kSeed), 0x20CB8AB7AE10C14AULL);
}

TEST(Digest, EveryBitCounts) {
  std::vector<std::byte> bytes(67, std::byte{0x5A});
  const std::uint64_t clean = xxh64(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto mask = static_cast<std::byte>(1U << (bit % 8));
    bytes[bit / 8] ^= mask;
    EXPECT_NE(xxh64(bytes), clean);
    bytes[bit / 8] ^= mask;
  }
}

}  // namespace
}  // namespace hitscope
