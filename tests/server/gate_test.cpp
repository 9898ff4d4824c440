#include "server/gate.h"

#include <gtest/gtest.h>

#include <string>

namespace hitscope::server {
namespace {

bool lets_in(const Gate& gate, const Request& request) {
  return !gate.refusal(request).has_value();
}

bool knows_host(const Gate& gate, std::string_view host) {
  Request request;
  request.method = Method::get;
  request.path = "/healthz";
  request.host = host;
  return lets_in(gate, request);
}

Request post_from(std::string_view origin, std::string_view host = "localhost:8080") {
  Request request;
  request.method = Method::post;
  request.path = "/v1/analyses";
  request.host = host;
  request.origin = origin;
  return request;
}

TEST(Gate, LetsInLocalhostAndAddresses) {
  const Gate gate({});
  for (const std::string_view host :
       {"localhost", "localhost:8080", "LOCALHOST", "LocalHost:80", "localhost.", "localhost.:8080",
        "localhost:", "app.localhost", "127.0.0.1", "127.0.0.1:8080", "127.0.0.1.", "192.168.1.20:9000",
        "[::1]", "[::1]:8080", "[fe80::1]:80", "[2001:DB8::1]", "0.0.0.0:8080"}) {
    EXPECT_TRUE(knows_host(gate, host)) << host;
  }
}

TEST(Gate, KeepsOutNamesThatMayHaveBeenRebound) {
  const Gate gate({});
  for (const std::string_view host :
       {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "xlocalhost",
        "localhost.evil", "127.0.0.1.nip.io", "1.2.3", "2130706433", "0x7f000001", "127.1"}) {
    EXPECT_FALSE(knows_host(gate, host)) << host;
  }
}

TEST(Gate, KeepsOutWhatIsNoHost) {
  const Gate gate({});
  for (const std::string_view host :
       {"", ":8080", ".", "[", "[]", "[]:80", "[::1", "::1", "[::1]x", "[::1]:x", "localhost:80x",
        "localhost:80:80", "user@localhost", "localhost:80@evil.example", "localhost, evil.example",
        "localhost/evil", "http://localhost", "localhost localhost", "127.0.0.1/8"}) {
    EXPECT_FALSE(knows_host(gate, host)) << host;
  }
}

TEST(Gate, KnowsTheHostsItWasTold) {
  const Gate gate({.hosts = {"Music.Example", "*.wide.example"}, .origins = {}});
  for (const std::string_view host :
       {"music.example", "MUSIC.example:443", "music.example.", "a.wide.example", "a.b.Wide.Example:80"}) {
    EXPECT_TRUE(knows_host(gate, host)) << host;
  }
  for (const std::string_view host :
       {"xmusic.example", "a.music.example", "wide.example", "awide.example", "music.example.evil"}) {
    EXPECT_FALSE(knows_host(gate, host)) << host;
  }
  EXPECT_TRUE(knows_host(Gate({.hosts = {"*"}, .origins = {}}), "any.thing"));
  EXPECT_FALSE(knows_host(Gate({.hosts = {"*"}, .origins = {}}), ""));
}

TEST(Gate, ChangesComeFromOurOwnPagesOnly) {
  const Gate gate({});
  EXPECT_TRUE(lets_in(gate, post_from(""))) << "no browser";
  EXPECT_TRUE(lets_in(gate, post_from("http://localhost:8080")));
  EXPECT_TRUE(lets_in(gate, post_from("HTTP://LOCALHOST:8080")));
  EXPECT_TRUE(lets_in(gate, post_from("http://[::1]:8080", "[::1]:8080")));
  for (const std::string_view origin :
       {"null", "http://evil.example", "http://localhost", "http://localhost:8081",
        "http://localhost:8080.evil", "localhost:8080", "file://", "http://", "://", "http://127.0.0.1:8080",
        "chrome-extension://abcdef"}) {
    EXPECT_FALSE(lets_in(gate, post_from(origin))) << origin;
  }
}

TEST(Gate, EveryMethodThatChangesIsWatched) {
  const Gate gate({});
  for (const Method method : {Method::post, Method::del, Method::other}) {
    Request request = post_from("http://evil.example");
    request.method = method;
    EXPECT_FALSE(lets_in(gate, request)) << static_cast<int>(method);
  }
  for (const Method method : {Method::get, Method::head, Method::options}) {
    Request request = post_from("http://evil.example");
    request.method = method;
    EXPECT_TRUE(lets_in(gate, request)) << static_cast<int>(method);
  }
}

TEST(Gate, AllowedOriginsMayAll) {
  const Gate gate({.hosts = {}, .origins = {"https://App.example"}});
  EXPECT_TRUE(gate.is_allowed_origin("https://app.example"));
  EXPECT_TRUE(gate.is_allowed_origin("HTTPS://APP.EXAMPLE"));
  for (const std::string_view origin : {"", "null", "http://app.example", "https://app.example:444",
                                        "https://app.example.evil", "https://app.exampl"}) {
    EXPECT_FALSE(gate.is_allowed_origin(origin)) << origin;
    if (!origin.empty()) {
      EXPECT_FALSE(lets_in(gate, post_from(origin))) << origin;
    }
  }
  Request request = post_from("https://app.example");
  request.fetch_site = "cross-site";
  EXPECT_TRUE(lets_in(gate, request));
  request.host = "evil.example";
  EXPECT_FALSE(lets_in(gate, request)) << "the host is looked at all the same";
  EXPECT_FALSE(Gate({}).is_allowed_origin(""));
}

TEST(Gate, OtherSitesMayNotEvenReadTheApi) {
  const Gate gate({});
  Request request;
  request.method = Method::get;
  request.host = "localhost";
  for (const std::string_view site : {"cross-site", "same-site"}) {
    request.fetch_site = site;
    for (const std::string_view path : {"/v1/analyses", "/v1/events", "/predict"}) {
      request.path = path;
      EXPECT_FALSE(lets_in(gate, request)) << site << " " << path;
    }
    for (const std::string_view path : {"/", "/docs", "/healthz"}) {
      request.path = path;
      EXPECT_TRUE(lets_in(gate, request)) << site << ": links to pages work " << path;
    }
  }
  request.path = "/v1/analyses";
  for (const std::string_view site : {"", "none", "same-origin"}) {
    request.fetch_site = site;
    EXPECT_TRUE(lets_in(gate, request)) << site;
  }
}

}  // namespace
}  // namespace hitscope::server
