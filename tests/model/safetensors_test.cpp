#include "model/safetensors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace hitscope {
namespace {

std::vector<std::byte> file(std::string_view header, std::size_t data_bytes) {
  std::vector<std::byte> bytes(sizeof(std::uint64_t) + header.size() + data_bytes, std::byte{7});
  const std::uint64_t size = header.size();
  std::memcpy(bytes.data(), &size, sizeof size);
  std::memcpy(bytes.data() + sizeof size, header.data(), header.size());
  return bytes;
}

// The error's detail, or "" where the file was accepted.
std::string refusal(std::string_view header, std::size_t data_bytes = 24) {
  const auto content = read_safetensors(file(header, data_bytes));
  if (content) return "";
  EXPECT_EQ(content.error().kind, ErrorKind::model_invalid);
  EXPECT_FALSE(content.error().detail.empty());
  return content.error().detail;
}

::testing::AssertionResult says(const std::string& detail, std::string_view part) {
  if (detail.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << '"' << detail << "\" does not say \"" << part << '"';
}

TEST(SafeTensors, ReadsTheFormatsOwnExample) {
  const auto bytes =
      file(R"({"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
           R"("y":{"dtype":"I64","shape":[],"data_offsets":[16,24]}}  )",
           24);
  const auto content = read_safetensors(bytes);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->metadata.at("a"), "b");
  ASSERT_EQ(content->tensors.size(), 2U);
  EXPECT_EQ(content->tensors.at("x").dtype, DType::f32);
  EXPECT_EQ(content->tensors.at("x").shape, (std::vector<std::uint64_t>{2, 2}));
  EXPECT_EQ(content->tensors.at("x").bytes.data(), bytes.data() + bytes.size() - 24);
  EXPECT_EQ(content->tensors.at("y").bytes.size(), 8U);
}

TEST(SafeTensors, WritesWhatItReads) {
  const std::array<double, 3> wide = {1, 2, 3};
  const std::array<std::uint8_t, 3> narrow = {4, 5, 6};
  SafeTensors content;
  content.metadata = {{"k", "quoted \" and \n and ü"}, {"empty", ""}};
  content.tensors["a"] = {DType::u8, {3, 1}, std::as_bytes(std::span(narrow))};
  content.tensors["b"] = {DType::f64, {3}, std::as_bytes(std::span(wide))};
  content.tensors["none"] = {DType::f32, {0, 5}, {}};
  const auto bytes = write_safetensors(content);
  ASSERT_TRUE(bytes);
  const auto again = read_safetensors(*bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->metadata, content.metadata);
  ASSERT_EQ(again->tensors.size(), 3U);
  for (const auto& [name, tensor] : content.tensors) {
    const TensorView& read = again->tensors.at(name);
    EXPECT_EQ(read.dtype, tensor.dtype);
    EXPECT_EQ(read.shape, tensor.shape);
    EXPECT_TRUE(std::equal(read.bytes.begin(), read.bytes.end(), tensor.bytes.begin(), tensor.bytes.end()));
    EXPECT_EQ(static_cast<std::size_t>(read.bytes.data() - bytes->data()) % dtype_bytes(read.dtype), 0U)
        << name;
  }
  EXPECT_EQ(*write_safetensors(*again), *bytes);
}

TEST(SafeTensors, RefusesToWriteAShapeThatDoesNotFit) {
  SafeTensors content;
  content.tensors["a"] = {DType::f32, {3}, {}};
  EXPECT_FALSE(write_safetensors(content));
}

TEST(SafeTensors, RefusesSizesThatDoNotFit) {
  for (std::size_t length = 0; length < 8; ++length) {
    EXPECT_FALSE(read_safetensors(std::vector<std::byte>(length)));
  }
  std::vector<std::byte> huge(64, std::byte{0xFF});
  EXPECT_FALSE(read_safetensors(huge));
  EXPECT_TRUE(says(refusal("", 0), "start"));
  EXPECT_TRUE(says(refusal("[]"), "start"));
  EXPECT_TRUE(says(refusal("{"), "header byte"));
  EXPECT_TRUE(says(refusal("{} x", 0), "header byte"));
  EXPECT_TRUE(says(refusal("{}", 1), "1 bytes after the last tensor"));
  EXPECT_EQ(refusal("{}", 0), "");
}

TEST(SafeTensors, RefusesBadPlacement) {
  const auto one = [](std::string_view dtype, std::string_view shape, std::string_view offsets) {
    return refusal(std::string(R"({"x":{"dtype":")") + std::string(dtype) + R"(","shape":)" +
                   std::string(shape) + R"(,"data_offsets":)" + std::string(offsets) + "}}");
  };
  EXPECT_EQ(one("F64", "[3]", "[0,24]"), "");
  EXPECT_TRUE(says(one("F64", "[3]", "[0,25]"), "outside"));
  EXPECT_TRUE(says(one("F64", "[3]", "[24,0]"), "outside"));
  EXPECT_TRUE(says(one("F64", "[3]", "[0]"), "outside"));
  EXPECT_TRUE(says(one("F64", "[3]", "[0,8,24]"), "outside"));
  EXPECT_TRUE(says(one("F64", "[3]", "[0,18446744073709551615]"), "outside"));
  EXPECT_TRUE(says(one("F64", "[2]", "[0,24]"), "not its shape"));
  EXPECT_TRUE(says(one("F64", "[2]", "[8,24]"), "hole"));
  EXPECT_TRUE(says(one("F64", "[2]", "[0,16]"), "after the last"));
  // 2^32 * 2^32 * 8 wraps to 0, 2^61 * 8 too.
  EXPECT_TRUE(says(one("F64", "[4294967296,4294967296]", "[0,0]"), "not its shape"));
  EXPECT_TRUE(says(one("F64", "[2305843009213693952]", "[0,0]"), "not its shape"));
  EXPECT_TRUE(says(one("F64", "[1,1,1,1,1,1,1,1,3]", "[0,24]"), "more than 8"));
  EXPECT_TRUE(says(one("F65", "[3]", "[0,24]"), "unknown dtype"));
  EXPECT_TRUE(says(one("F64", "[-3]", "[0,24]"), "negative"));
  EXPECT_TRUE(says(one("F64", "[3.0]", "[0,24]"), "64-bit"));
  EXPECT_TRUE(says(one("F64", "[99999999999999999999]", "[0,24]"), "64-bit"));
  EXPECT_TRUE(says(one("F64", "[[3]]", "[0,24]"), "array"));
  EXPECT_TRUE(says(one("F64", "3", "[0,24]"), "number"));
  EXPECT_TRUE(says(one("F64", "null", "[0,24]"), "null"));
}

TEST(SafeTensors, RefusesOverlapsAndTwins) {
  const std::string x = R"("x":{"dtype":"U8","shape":[16],"data_offsets":[0,16]})";
  EXPECT_TRUE(
      says(refusal("{" + x + R"(,"y":{"dtype":"U8","shape":[16],"data_offsets":[8,24]}})"), "overlap"));
  EXPECT_TRUE(says(refusal("{" + x + "," + x + "}"), "twice"));
  EXPECT_TRUE(says(refusal(R"({"__metadata__":{},"__metadata__":{}})", 0), "twice"));
  EXPECT_TRUE(says(refusal(R"({"__metadata__":{"a":"1","a":"2"}})", 0), "twice"));
  EXPECT_TRUE(
      says(refusal(R"({"x":{"dtype":"U8","dtype":"U8","shape":[24],"data_offsets":[0,24]}})"), "twice"));
}

TEST(SafeTensors, RefusesForeignStructure) {
  EXPECT_TRUE(says(refusal(R"({"__metadata__":{"a":1}})", 0), "number"));
  EXPECT_TRUE(says(refusal(R"({"__metadata__":{"a":{}}})", 0), "object"));
  EXPECT_TRUE(says(refusal(R"({"__metadata__":[]})", 0), "array"));
  EXPECT_TRUE(says(refusal(R"({"__metadata__":"text"})", 0), "text"));
  EXPECT_TRUE(says(refusal(R"({"x":true})", 0), "truth"));
  EXPECT_TRUE(says(refusal(R"({"x":{}})", 0), "lacks"));
  EXPECT_TRUE(
      says(refusal(R"({"x":{"dtype":"U8","shape":[24],"data_offsets":[0,24],"more":1}})"), "unknown key"));
  EXPECT_TRUE(says(refusal("{\"\xFF\":1}", 0), "header byte"));
  EXPECT_TRUE(says(refusal("{\"x\":" + std::string(100000, '['), 0), "array"));
  EXPECT_TRUE(says(refusal("{\"x\":" + std::string(100000, '{'), 0), "header byte"));
}

}  // namespace
}  // namespace hitscope
