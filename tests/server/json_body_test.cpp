#include "server/json_body.h"

#include <gtest/gtest.h>

#include <string>

namespace hitscope::server {
namespace {

std::string problem_of(std::string_view body) {
  const auto json = json_object(body, {"a", "b"});
  if (json) return "";
  EXPECT_EQ(json.error().kind, ErrorKind::table_invalid);
  EXPECT_FALSE(json.error().detail.empty()) << body;
  return json.error().detail;
}

TEST(JsonBody, TakesAnObjectOfKnownMembers) {
  for (const char* body : {"{}", R"({"a": 1})", R"( {"b": {"x": [1, 2]}, "a": null} )", "\r\n\t{}\r\n"}) {
    EXPECT_TRUE(json_object(body, {"a", "b"})) << body;
  }
  EXPECT_EQ((*json_object(R"({"a": "caf\u00e9"})", {"a"}))["a"], "caf\xC3\xA9");
}

TEST(JsonBody, RefusesWhatIsNoJson) {
  for (const std::string_view body :
       {"", " ", "{", "}", "{}{}", "{} x", "{'a': 1}", R"({"a": 1,})", R"({"a": NaN})", R"({"a": Infinity})",
        R"({"a": 01})", R"({"a": 1e999})", R"({"a": -1e999})", "{\"a\": \"\xff\"}", R"({"a": "\ud800"})",
        "{\"a\": \"\n\"}", "// comment\n{}", "\xEF\xBB", "\xFE\xFF"}) {
    EXPECT_NE(problem_of(body), "") << body;
  }
  EXPECT_NE(problem_of(std::string_view("{\"a\": 1}\0", 9)), "");
}

TEST(JsonBody, RefusesWhatIsNoObject) {
  for (const char* body : {"[]", "null", "1", "\"a\"", "true"}) {
    EXPECT_EQ(problem_of(body), "it is no JSON object") << body;
  }
}

TEST(JsonBody, NamesMembersItDoesNotKnow) {
  EXPECT_EQ(problem_of(R"({"a": 1, "c": 2})"), "unknown member: c");
  EXPECT_EQ(problem_of(R"({"": 2})"), "unknown member: ");
  EXPECT_EQ(problem_of(R"({"A": 2})"), "unknown member: A");
}

TEST(JsonBody, DepthIsLimited) {
  const auto nested = [](int depth) {
    return R"({"a": )" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  EXPECT_TRUE(json_object(nested(10), {"a"}));
  EXPECT_EQ(problem_of(nested(20)), "nested too deeply");
  EXPECT_EQ(problem_of(nested(120000)), "nested too deeply");
  EXPECT_EQ(problem_of(std::string(200000, '[')), "nested too deeply");
  std::string objects;
  for (int i = 0; i < 50000; ++i) objects += R"({"a":)";
  EXPECT_EQ(problem_of(objects), "nested too deeply");
}

}  // namespace
}  // namespace hitscope::server
