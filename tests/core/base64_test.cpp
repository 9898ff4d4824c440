#include "core/base64.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

namespace hitscope {
namespace {

std::string encoded(std::string_view text) {
  return to_base64(std::as_bytes(std::span(text)));
}

std::optional<std::string> decoded(std::string_view text) {
  const auto bytes = from_base64(text);
  if (!bytes) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

std::string url_encoded(std::string_view text) {
  return to_base64url(std::as_bytes(std::span(text)));
}

TEST(Base64, IsThatOfTheStandard) {
  // RFC 4648 section 10.
  const std::pair<const char*, const char*> pairs[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& pair : pairs) {
    EXPECT_EQ(encoded(pair.first), pair.second);
    EXPECT_EQ(decoded(pair.second), pair.first);
  }
}

TEST(Base64, EveryByteComesBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(decoded(encoded(all)), all);
}

TEST(Base64, WhatIsNotItsOwnIsRefused) {
  for (const char* text :
       {"Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm 9", "Zh==", "Zm9=", "Zm-_", "=Zg="}) {
    EXPECT_FALSE(decoded(text)) << text;
  }
}

TEST(Base64Url, FollowsTheStandardsVectors) {
  // RFC 4648, section 10, without padding.
  EXPECT_EQ(url_encoded(""), "");
  EXPECT_EQ(url_encoded("f"), "Zg");
  EXPECT_EQ(url_encoded("fo"), "Zm8");
  EXPECT_EQ(url_encoded("foo"), "Zm9v");
  EXPECT_EQ(url_encoded("foob"), "Zm9vYg");
  EXPECT_EQ(url_encoded("fooba"), "Zm9vYmE");
  EXPECT_EQ(url_encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(url_encoded("\xFB\xFF"), "-_8");
}

TEST(Base64Url, GivesBackEveryByte) {
  std::vector<std::byte> bytes;
  for (unsigned i = 0; i < 1000; ++i) {
    ASSERT_EQ(from_base64url(to_base64url(bytes)), bytes) << i;
    bytes.push_back(static_cast<std::byte>(i * 37U & 0xFFU));
  }
}

TEST(Base64Url, RefusesWhatItNeverWrites) {
  for (const char* text : {"A", "AAAAA", "Zg==", "Zm 8", "Zm9v\n", "Zm+v", "Zm/v", "Zh", "Zm9", "\xC3\xA4"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

}  // namespace
}  // namespace hitscope
