#include "server/router.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hitscope::server {
namespace {

Route route(Method method, std::string pattern) {
  Route made;
  made.method = method;
  made.pattern = std::move(pattern);
  return made;
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router_.add(route(Method::get, "/"));
    router_.add(route(Method::get, "/v1/things"));
    router_.add(route(Method::post, "/v1/things"));
    router_.add(route(Method::post, "/v1/things/special"));
    router_.add(route(Method::get, "/v1/things/{id}"));
    router_.add(route(Method::del, "/v1/things/{id}"));
    router_.add(route(Method::get, "/v1/things/{id}/part.svg"));
    router_.add(route(Method::get, "/v1/{kind}/of/{id}"));
  }
  // The pattern that answers; "" for none.
  [[nodiscard]] std::string pattern(Method method, std::string_view path) const {
    const Router::Match match = router_.match(method, path);
    return match.route == nullptr ? "" : match.route->pattern;
  }
  Router router_;
};

TEST_F(RouterTest, FindsPlainPaths) {
  EXPECT_EQ(pattern(Method::get, "/"), "/");
  EXPECT_EQ(pattern(Method::get, "/v1/things"), "/v1/things");
  EXPECT_EQ(router_.match(Method::post, "/v1/things").route->method, Method::post);
  for (const std::string_view path : {"", "v1/things", "/v1/things/", "//", "//v1/things", "/V1/things",
                                      "/v1/thing", "/v1/%74hings", "*", "http://localhost/v1/things"}) {
    EXPECT_EQ(pattern(Method::get, path), "") << path;
  }
}

TEST_F(RouterTest, NamesStandForOneSegmentDecoded) {
  const Router::Match match = router_.match(Method::get, "/v1/things/a%20b%2Fc");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.parameters, std::vector<std::string>{"a b/c"}) << "an escaped slash parts nothing";
  EXPECT_EQ(router_.match(Method::get, "/v1/x/of/y").parameters, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(pattern(Method::get, "/v1/things/x/part.svg"), "/v1/things/{id}/part.svg");
}

TEST_F(RouterTest, NamesStandForNothingEmptyOrBroken) {
  for (const std::string_view path :
       {"/v1/things//part.svg", "/v1/things/%", "/v1/things/%zz", "/v1/things/%00", "/v1/things/x/",
        "/v1/things/x/y", "/v1/things/x/part%2Esvg"}) {
    EXPECT_EQ(pattern(Method::get, path), "") << path;
    EXPECT_EQ(router_.match(Method::get, path).allowed, "") << path;
  }
}

TEST_F(RouterTest, PlainPathsWinOverNames) {
  EXPECT_EQ(pattern(Method::post, "/v1/things/special"), "/v1/things/special");
  EXPECT_EQ(router_.match(Method::get, "/v1/things/special").allowed, "POST");
}

TEST_F(RouterTest, HeadIsAnsweredByGet) {
  const Router::Match match = router_.match(Method::head, "/v1/things/x");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->method, Method::get);
}

TEST_F(RouterTest, SaysWhichMethodsThereAre) {
  EXPECT_EQ(router_.match(Method::del, "/v1/things").allowed, "GET, HEAD, POST");
  EXPECT_EQ(router_.match(Method::post, "/v1/things/x").allowed, "GET, HEAD, DELETE");
  EXPECT_EQ(router_.match(Method::options, "/").allowed, "GET, HEAD");
  EXPECT_EQ(router_.match(Method::other, "/").route, nullptr);
  EXPECT_EQ(router_.match(Method::other, "/nowhere").allowed, "");
}

}  // namespace
}  // namespace hitscope::server
