#include "server/pages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "report/version.h"
#include "server/json_body.h"

namespace hitscope {
namespace {

constexpr std::array kMethods = {"get", "post", "put", "patch", "delete"};

server::Json description() {
  const Page* page = find_page("/openapi.json");
  return page == nullptr ? server::Json() : server::Json::parse(page->bytes, nullptr, false);
}

// Follows a reference within the document.
server::Json resolved(const server::Json& document, const server::Json& node) {
  if (!node.contains("$ref")) return node;
  return document.at(server::Json::json_pointer(node.at("$ref").get<std::string>().substr(1)));
}

TEST(Pages, HoldTheDashboardAndTheReference) {
  for (const std::string_view path : {"/", "/docs", "/openapi.json"}) {
    const Page* page = find_page(path);
    ASSERT_NE(page, nullptr) << path;
    EXPECT_EQ(page->path, path);
    EXPECT_FALSE(page->bytes.empty()) << path;
  }
  EXPECT_EQ(find_page("/")->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(find_page("/docs")->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(find_page("/openapi.json")->content_type, "application/json");
}

TEST(Pages, WhatIsNotListedDoesNotExist) {
  for (const std::string_view path :
       {"", "index.html", "/index.html", "/docs/", "/../docs", "/docs.html", "//"}) {
    EXPECT_EQ(find_page(path), nullptr) << path;
  }
}

TEST(Pages, AreSortedAndAllFound) {
  EXPECT_TRUE(std::ranges::is_sorted(pages(), std::ranges::less_equal(), &Page::path));
  for (const Page& page : pages()) EXPECT_EQ(find_page(page.path), &page);
}

TEST(Pages, HaveStrongTagsOfTheirOwn) {
  std::set<std::string_view> tags;
  for (const Page& page : pages()) {
    ASSERT_GE(page.etag.size(), 3U) << page.path;
    EXPECT_EQ(page.etag.front(), '"') << page.path;
    EXPECT_EQ(page.etag.back(), '"') << page.path;
    tags.insert(page.etag);
  }
  EXPECT_EQ(tags.size(), pages().size());
}

TEST(Pages, ArePackedOnlyWhereThatIsSmaller) {
  std::size_t packed = 0;
  for (const Page& page : pages()) {
    if (page.gzip.empty()) continue;
    ++packed;
    EXPECT_LT(page.gzip.size(), page.bytes.size()) << page.path;
    EXPECT_EQ(page.gzip.substr(0, 3), "\x1f\x8b\x08") << page.path;
    // The last four bytes are the length of what was packed (RFC 1952), little-endian.
    std::size_t length = 0;
    for (std::size_t i = 1; i <= 4; ++i) {
      length = length << 8U | static_cast<unsigned char>(page.gzip[page.gzip.size() - i]);
    }
    EXPECT_EQ(length, page.bytes.size()) << page.path;
  }
  EXPECT_GT(packed, 0U);
}

TEST(Pages, OnlyNamesWithAHashAreImmutable) {
  for (const Page& page : pages()) {
    if (page.immutable) {
      EXPECT_TRUE(page.path.starts_with("/assets/")) << page.path;
    }
  }
  EXPECT_FALSE(find_page("/")->immutable);
}

// The policy that the pages are served with allows neither scripts nor styles inside the markup, nor anything
// from elsewhere.
TEST(Pages, KeepToTheContentSecurityPolicy) {
  for (const Page& page : pages()) {
    if (!page.content_type.starts_with("text/html")) continue;
    for (const std::string_view forbidden : {"<style", " style=", " onclick=", " onload=", "javascript:",
                                             "src=\"http", "href=\"http", "src=\"//"}) {
      EXPECT_EQ(page.bytes.find(forbidden), std::string_view::npos) << page.path << " holds " << forbidden;
    }
    for (std::size_t at = page.bytes.find("<script"); at != std::string_view::npos;
         at = page.bytes.find("<script", at + 1)) {
      const std::string_view tag = page.bytes.substr(at, page.bytes.find('>', at) - at);
      EXPECT_NE(tag.find(" src=\"/"), std::string_view::npos) << page.path << ": " << tag;
    }
  }
}

TEST(Pages, OfferWhatTheyReferTo) {
  for (const Page& page : pages()) {
    if (!page.content_type.starts_with("text/html")) continue;
    for (const std::string_view attribute : {" src=\"/", " href=\"/"}) {
      for (std::size_t at = page.bytes.find(attribute); at != std::string_view::npos;
           at = page.bytes.find(attribute, at + 1)) {
        const std::size_t begin = at + attribute.size() - 1;
        const std::string_view path = page.bytes.substr(begin, page.bytes.find('"', begin) - begin);
        EXPECT_NE(find_page(path), nullptr) << page.path << " refers to " << path;
      }
    }
  }
}

TEST(OpenApi, IsOfThisProgram) {
  const server::Json api = description();
  ASSERT_TRUE(api.is_object());
  EXPECT_TRUE(api.at("openapi").get<std::string>().starts_with("3.1."));
  EXPECT_EQ(api.at("info").at("version").get<std::string>(), kVersion);
}

TEST(OpenApi, ScalarsKeepTheirTypes) {
  const server::Json api = description();
  ASSERT_TRUE(api.is_object());
  const server::Json& schemas = api.at("components").at("schemas");
  EXPECT_EQ(schemas.at("AnalysisId").at("minLength"), 22);
  EXPECT_EQ(schemas.at("AnalysisUpload").at("additionalProperties"), false);
  EXPECT_EQ(schemas.at("QueuePlace").at("properties").at("eta_s").at("type"),
            server::Json({"number", "null"}));
  const server::Json& done = api.at("components").at("examples").at("AnalysisDone").at("value");
  EXPECT_TRUE(done.at("error").is_null());
  EXPECT_EQ(done.at("result").at("verdict").at("model").at("version"), "1");
  EXPECT_EQ(done.at("result").at("features").at("camelot"), "8A");
  EXPECT_DOUBLE_EQ(done.at("summary").at("probability").get<double>(), 0.3418685663796117);
}

TEST(OpenApi, EveryOperationSaysHowItSucceedsAndHowItFails) {
  const server::Json api = description();
  ASSERT_TRUE(api.is_object());
  std::set<std::string> ids;
  for (const auto& [path, item] : api.at("paths").items()) {
    for (const char* method : kMethods) {
      if (!item.contains(method)) continue;
      const server::Json& operation = item.at(method);
      const std::string name = std::string(method) + " " + path;
      EXPECT_TRUE(ids.insert(operation.at("operationId")).second) << name;
      EXPECT_FALSE(operation.at("summary").get<std::string>().empty()) << name;
      bool succeeds = false;
      bool fails = false;
      for (const auto& [status, raw] : operation.at("responses").items()) {
        const server::Json answer = resolved(api, raw);
        succeeds |= status.starts_with('2');
        EXPECT_TRUE(answer.at("headers").contains("X-Request-Id")) << name << " " << status;
        if (status < "400") continue;
        fails = true;
        ASSERT_TRUE(answer.at("content").contains("application/problem+json")) << name << " " << status;
        for (const auto& example : answer.at("content").at("application/problem+json").at("examples")) {
          EXPECT_EQ(std::to_string(example.at("value").at("status").get<int>()), status) << name;
        }
      }
      EXPECT_TRUE(succeeds) << name;
      EXPECT_TRUE(fails) << name;
    }
  }
  EXPECT_EQ(ids.size(), 20U);
}

}  // namespace
}  // namespace hitscope
