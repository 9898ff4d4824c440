#include "server/problem.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "server/pages.h"
#include "server/wire.h"

namespace hitscope::server {
namespace {

// Texts that a careless writer of JSON or of headers trips over.
const std::vector<std::string> kHostile = {"",
                                           "plain",
                                           "\"quoted\" \\ back",
                                           "line\r\nbreak\ttab",
                                           std::string("nul\0inside", 10),
                                           "\x01\x1f\x7f",
                                           "\xff\xfe not UTF-8",
                                           "\xC3",
                                           "\xED\xA0\x80",
                                           "\xE2\x80\xA8 line separator",
                                           "{} {0} %s %n",
                                           "</script><script>",
                                           std::string(100000, 'x')};

std::string header_of(const Response& response, std::string_view name) {
  const auto found =
      std::ranges::find(response.headers, name, [](const auto& header) { return header.first; });
  return found == response.headers.end() ? "" : found->second;
}

TEST(Problem, EveryErrorHasAStatus) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    const unsigned status = status_of(kind);
    EXPECT_GE(status, 400U) << i;
    EXPECT_LT(status, 600U) << i;
    EXPECT_NE(reason_of(status), "Unknown") << status;
    Request request;
    request.id = "0123456789abcdef";
    const Response response = problem(request, {kind, "It went wrong.", {}});
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.content_type, "application/problem+json");
    const Json json = Json::parse(response.body);
    EXPECT_EQ(json, (Json{{"type", type_name(kind)},
                          {"title", "It went wrong."},
                          {"status", status},
                          {"request_id", "0123456789abcdef"}}));
    EXPECT_EQ(header_of(response, "Retry-After").empty(), kind != ErrorKind::busy);
  }
  EXPECT_EQ(status_of(ErrorKind::not_found), 404U);
  EXPECT_EQ(status_of(ErrorKind::too_large), 413U);
  EXPECT_EQ(status_of(ErrorKind::busy), 503U);
  EXPECT_EQ(status_of(ErrorKind::internal), 500U);
}

TEST(Problem, WhatOnlyHttpKnows) {
  const std::vector<std::pair<HttpProblem, unsigned>> all = {{HttpProblem::bad_request, 400},
                                                             {HttpProblem::unauthorized, 401},
                                                             {HttpProblem::forbidden, 403},
                                                             {HttpProblem::method_not_allowed, 405},
                                                             {HttpProblem::unsupported_media_type, 415},
                                                             {HttpProblem::headers_too_large, 431},
                                                             {HttpProblem::uri_too_long, 414},
                                                             {HttpProblem::request_timeout, 408}};
  for (const auto& [kind, status] : all) {
    const Response response = problem(Request(), kind, "because");
    EXPECT_EQ(response.status, status);
    EXPECT_NE(reason_of(status), "Unknown");
    const Json json = Json::parse(response.body);
    EXPECT_EQ(json["status"], status);
    EXPECT_EQ(json["detail"], "because");
    EXPECT_FALSE(json["title"].get<std::string>().empty());
    EXPECT_EQ(header_of(response, "WWW-Authenticate"), kind == HttpProblem::unauthorized ? "Bearer" : "");
    EXPECT_FALSE(Json::parse(problem(Request(), kind, {}).body).contains("detail"));
  }
}

TEST(Problem, EveryTypeIsInTheDescription) {
  const Json description = Json::parse(find_page("/openapi.json")->bytes);
  const Json& known = description["components"]["schemas"]["Problem"]["properties"]["type"]["enum"];
  std::set<std::string> types(known.begin(), known.end());
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    // These two are answered as bad requests: they are of tables, which HTTP does not take.
    if (kind == ErrorKind::table_invalid || kind == ErrorKind::recipe_invalid) continue;
    EXPECT_TRUE(types.contains(std::string(type_name(kind)))) << type_name(kind);
  }
  for (int i = 0; i <= static_cast<int>(HttpProblem::request_timeout); ++i) {
    const Json json = Json::parse(problem(Request(), static_cast<HttpProblem>(i), {}).body);
    EXPECT_TRUE(types.contains(json["type"].get<std::string>())) << json["type"];
  }
}

TEST(Problem, HostileTextsMakeNoBadJson) {
  for (const std::string& text : kHostile) {
    Request request;
    request.id = text;
    const Response response = problem(request, {ErrorKind::corrupt, text, text}, text);
    EXPECT_TRUE(Json::accept(response.body)) << response.body.substr(0, 200);
    EXPECT_TRUE(Json::accept(problem(request, HttpProblem::forbidden, text).body));
    const std::string kept = error_json({ErrorKind::corrupt, text, text});
    ASSERT_TRUE(Json::accept(kept)) << kept.substr(0, 200);
    EXPECT_EQ(kept.find_first_of("\r\n"), std::string::npos) << "it has to fit in a line of events";
  }
}

TEST(Problem, KeptErrorsComeBack) {
  const Error error = error_of_json(error_json({ErrorKind::too_short, "Too \"short\".", "2 s\n"}));
  EXPECT_EQ(error.kind, ErrorKind::too_short);
  EXPECT_EQ(error.message, "Too \"short\".");
  EXPECT_EQ(error.detail, "2 s\n");
  EXPECT_EQ(error_of_json(error_json({ErrorKind::corrupt, "Bad.", {}})).detail, "");
}

TEST(Problem, WhatIsNoKeptErrorIsInternal) {
  for (const char* json : {"", "null", "[]", "7", "{", "{}", R"({"type": "no-such-type"})", R"({"type": 5})",
                           R"({"type": null, "title": [], "detail": {}})", R"({"detail": null})"}) {
    const Error error = error_of_json(json);
    EXPECT_EQ(error.kind, ErrorKind::internal) << json;
    EXPECT_FALSE(error.message.empty()) << json;
  }
}

}  // namespace
}  // namespace hitscope::server
