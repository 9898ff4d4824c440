// The whole server over real sockets: what a connection may send and what it gets for it.
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "ingest/sandbox.h"
#include "server/wire.h"

namespace hitscope::server {
namespace {

namespace fs = std::filesystem;
using testing::Answer;
using testing::becomes_true;
using testing::Client;
using testing::form;
using testing::kFormType;
using testing::request;
using testing::RunningServer;

constexpr std::string_view kJson = "Content-Type: application/json\r\n";

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// One server for all these tests: they leave it as they found it.
class WireTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<RunningServer>([](ServeOptions& options) {
      options.max_upload_bytes = 1 << 20;
      options.allow_origins = {"https://app.example"};
      options.http.head_bytes = 4096;
      options.http.target_bytes = 1024;
      options.http.json_bytes = 8192;
      // Longer than any test: what ends a connection here is never time.
      options.http.head_s = options.http.idle_s = options.http.piece_s = options.http.write_s = 300;
    });
  }
  static void TearDownTestSuite() { server_.reset(); }

  static Client connect() { return Client(server_->port()); }
  static Answer ask(std::string_view text) { return server_->ask(text); }
  static int status(std::string_view text) { return ask(text).status; }

  inline static std::unique_ptr<RunningServer> server_;
};

TEST_F(WireTest, AConnectionIsKept) {
  Client client = connect();
  std::set<std::string> ids;
  for (int i = 0; i < 50; ++i) {
    const Answer answer = client.ask(request("GET", "/healthz"));
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"status": "ok"})");
    EXPECT_EQ(answer.header("connection"), "");
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    ids.insert(answer.header("x-request-id"));
  }
  EXPECT_EQ(ids.size(), 50U);
}

TEST_F(WireTest, ItIsClosedWhenAsked) {
  Client client = connect();
  const Answer answer = client.ask(request("GET", "/healthz", "Connection: close\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_TRUE(client.is_let_go());
}

TEST_F(WireTest, Http10IsAnsweredAndClosed) {
  Client client = connect();
  EXPECT_EQ(client.ask("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n").status, 200);
  EXPECT_TRUE(client.is_let_go());
}

TEST_F(WireTest, PipelinedRequestsAreAnsweredInOrder) {
  Client client = connect();
  std::string all;
  for (int i = 0; i < 100; ++i) {
    all += request("GET", "/healthz");
    all += request("POST", "/v1/predictions", kJson, "{}");
    all += request("GET", "/nowhere");
    all += request("DELETE", "/healthz");
    all += request("GET", "/v1/analyses");
  }
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(client.answer().status, 200);
    EXPECT_EQ(client.answer().status, 400);
    EXPECT_EQ(client.answer().status, 404);
    EXPECT_EQ(client.answer().status, 405);
    EXPECT_EQ(client.answer().status, 200);
  }
  sender.join();
}

TEST_F(WireTest, ARequestMayComeByteByByte) {
  Client client = connect();
  for (const char byte : request("POST", "/v1/predictions", kJson, R"({"features": {}})")) {
    client.send({&byte, 1});
  }
  EXPECT_EQ(client.answer().status, 200);
}

TEST_F(WireTest, HeadIsGetWithoutTheBody) {
  Client client = connect();
  for (const char* path : {"/healthz", "/", "/openapi.json", "/v1/models"}) {
    const Answer get = client.ask(request("GET", path));
    client.send(request("HEAD", path));
    const Answer head = client.answer(true);
    EXPECT_EQ(head.status, 200) << path;
    EXPECT_EQ(head.header("content-length"), get.header("content-length")) << path;
    EXPECT_EQ(head.header("content-type"), get.header("content-type")) << path;
  }
  client.send(request("HEAD", "/nowhere"));
  EXPECT_EQ(client.answer(true).status, 404);
  client.send(request("HEAD", "/predict"));
  EXPECT_EQ(client.answer(true).status, 405);
  EXPECT_EQ(client.ask(request("GET", "/healthz")).status, 200) << "no body lies in the way";
}

TEST_F(WireTest, ABrowserAtAnUnknownAddressGetsThePageThatSaysSo) {
  constexpr std::string_view kBrowser =
      "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Encoding: gzip\r\n";
  Client client = connect();
  const Answer start = client.ask(request("GET", "/", kBrowser));
  for (const char* target : {"/nowhere", "/t/one/two", "/History?q=a", "/nowhere/%zz"}) {
    const Answer answer = client.ask(
        request("GET", target, fmt::format("{}If-None-Match: {}\r\n", kBrowser, start.header("etag"))));
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.header("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(answer.header("content-security-policy"), start.header("content-security-policy"));
    EXPECT_EQ(answer.header("cache-control"), "no-store");
    EXPECT_EQ(answer.header("vary"), "Accept, Accept-Encoding");
    EXPECT_EQ(answer.header("content-encoding"), start.header("content-encoding"));
    EXPECT_EQ(answer.body, start.body);
    client.send(request("HEAD", target, kBrowser));
    EXPECT_EQ(client.answer(true).header("content-type"), "text/html; charset=utf-8");
  }
  // What belongs to the API, asks for data, or would change something gets the API's answer.
  EXPECT_EQ(client.ask(request("GET", "/v1/nowhere", kBrowser)).json()["type"], "not-found");
  EXPECT_EQ(client.ask(request("GET", "/nowhere", "Accept: */*\r\n")).json()["type"], "not-found");
  EXPECT_EQ(client.ask(request("POST", "/nowhere", kBrowser)).json()["type"], "not-found");
}

TEST_F(WireTest, UnknownPathsAndMethods) {
  for (const char* target :
       {"/nowhere", "/v1", "/v1/", "/v1/analyses/", "//healthz", "/healthz/", "/../healthz", "/%68ealthz",
        "http://localhost/healthz", "*", "/v1/analyses/%zz", "/v1/analyses/%00"}) {
    const Answer answer = ask(request("GET", target));
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
    EXPECT_EQ(answer.json()["type"], "not-found");
    EXPECT_EQ(answer.json()["request_id"], answer.header("x-request-id"));
  }
  for (const char* method : {"POST", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"}) {
    const Answer answer = ask(request(method, "/healthz"));
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.header("allow"), "GET, HEAD");
  }
  EXPECT_EQ(ask(request("PUT", "/v1/analyses")).header("allow").size(),
            std::string("GET, HEAD, POST").size());
  EXPECT_EQ(ask(request("GET", "/predict")).header("allow"), "POST");
}

TEST_F(WireTest, QueriesAreChecked) {
  EXPECT_EQ(status(request("GET", "/v1/analyses?limit=5&search=a+b%26c")), 200);
  for (const char* query : {"limit=0", "limit=201", "limit=1.5", "limit=x", "limit=nan",
                            "limit=", "limit=1&limit=2", "unknown=1", "search=%", "search=%00", "state=lost",
                            "cursor=nonsense", "cursor=%ff", "Limit=1", "=", "limit=1e999"}) {
    const Answer answer = ask(request("GET", std::string("/v1/analyses?") + query));
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_FALSE(answer.json().is_discarded()) << answer.body;
  }
  EXPECT_EQ(status(request("GET", "/v1/analyses?search=%ff%fe")), 200) << "any bytes may be looked for";
  EXPECT_EQ(status(request("GET", "/v1/analyses/%ff%fe")), 404);
}

TEST_F(WireTest, JsonBodiesOfTheWrongKindOrSize) {
  EXPECT_EQ(status(request("POST", "/v1/predictions", "Content-Type: text/plain\r\n", "{}")), 415);
  EXPECT_EQ(status(request("POST", "/v1/predictions", "", "{}")), 415);
  EXPECT_EQ(status(request("POST", "/v1/predictions", "Content-Type: application/json; charset=utf-8\r\n",
                           R"({"features": {}})")),
            200);
  EXPECT_EQ(status(request("POST", "/v1/predictions", "Content-Type: application/json ; charset=utf-8\r\n",
                           R"({"features": {}})")),
            200);
  EXPECT_EQ(status(request("POST", "/v1/predictions", kJson)), 400) << "no body";
  const std::string most = R"({"features": {}})" + std::string(8192 - 16, ' ');
  EXPECT_EQ(status(request("POST", "/v1/predictions", kJson, most)), 200);
}

TEST_F(WireTest, ATooLargeLengthIsRefusedBeforeTheBodyComes) {
  for (const char* length : {"8193", "1048576", "18446744073709551615"}) {
    Client client = connect();
    client.send(
        request("POST", "/v1/predictions", std::string(kJson) + "Content-Length: " + length + "\r\n"));
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, 413) << length;
    EXPECT_EQ(answer.json()["type"], "too-large");
    EXPECT_EQ(answer.header("connection"), "close");
    client.end_sending();
    EXPECT_TRUE(client.is_let_go());
  }
}

TEST_F(WireTest, ARefusalArrivesThoughTheClientSendsOn) {
  Client client = connect();
  client.send(request("POST", "/v1/predictions", std::string(kJson) + "Content-Length: 4000000\r\n"));
  client.send(std::string(4000000, ' '));
  EXPECT_EQ(client.answer().status, 413);
  EXPECT_TRUE(client.is_let_go());
}

TEST_F(WireTest, ATooLargeChunkedBodyIsRefused) {
  Client client = connect();
  client.send(request("POST", "/v1/predictions", std::string(kJson) + "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 40; ++i) client.send(testing::chunk(std::string(1024, ' ')));
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.header("connection"), "close");
}

TEST_F(WireTest, ChunkedBodiesAreRead) {
  Client client = connect();
  for (int i = 0; i < 3; ++i) {
    client.send(request("POST", "/v1/predictions", std::string(kJson) + "Transfer-Encoding: chunked\r\n"));
    for (const char byte : std::string(R"({"features": {"tempo": 120}})"))
      client.send(testing::chunk({&byte, 1}));
    client.send("0;last=yes\r\nX-Trailer: ignored\r\n\r\n");
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(answer.json().contains("verdict"));
  }
}

TEST_F(WireTest, ABodyThatNobodyWantsIsReadAndForgotten) {
  Client client = connect();
  EXPECT_EQ(client.ask(request("GET", "/healthz", "", std::string(5000, 'x'))).status, 200);
  EXPECT_EQ(client.ask(request("GET", "/healthz")).status, 200);
  EXPECT_EQ(client.ask(request("GET", "/healthz", "", std::string(9000, 'x'))).status, 413);
}

TEST_F(WireTest, TooLongHeadsAndAddresses) {
  EXPECT_EQ(status(request("GET", "/healthz", std::string("X: ").append(2000, 'x') + "\r\n")), 200);
  EXPECT_EQ(status(request("GET", "/healthz", std::string("X: ").append(5000, 'x') + "\r\n")), 431);
  EXPECT_EQ(status(request("GET", "/healthz", std::string("X: ").append(1 << 20, 'x') + "\r\n")), 431);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += fmt::format("X{}: y\r\n", i);
  EXPECT_EQ(status(request("GET", "/healthz", many)), 431);
  EXPECT_EQ(status(request("GET", std::string("/").append(1023, 'x'))), 404);
  EXPECT_EQ(status(request("GET", std::string("/").append(1024, 'x'))), 414);
  EXPECT_EQ(status(request("GET", std::string("/").append(1 << 20, 'x'))), 431);
}

TEST_F(WireTest, ABodyIsInvited) {
  Client client = connect();
  const std::string body = R"({"features": {}})";
  for (int i = 0; i < 2; ++i) {
    client.send(request("POST", "/v1/predictions",
                        std::string(kJson) + "Expect: 100-continue\r\nContent-Length: 16\r\n"));
    EXPECT_EQ(client.answer().status, 100);
    EXPECT_EQ(client.ask(body).status, 200);
  }
}

TEST_F(WireTest, ABodyThatWillBeRefusedIsNotInvited) {
  for (const auto& [line, wanted] : std::vector<std::pair<std::string, int>>{
           {std::string(kJson) + "Content-Length: 9000\r\n", 413}, {"Content-Length: 16\r\n", 415}}) {
    Client client = connect();
    client.send(request("POST", "/v1/predictions", line + "Expect: 100-continue\r\n"));
    EXPECT_EQ(client.answer().status, wanted);
    client.end_sending();
    EXPECT_TRUE(client.is_let_go());
  }
  Client old = connect();
  old.send("POST /v1/predictions HTTP/1.0\r\nHost: localhost\r\nExpect: 100-continue\r\n" +
           std::string(kJson) + "Content-Length: 16\r\n\r\n{\"features\": {}}");
  EXPECT_EQ(old.answer().status, 200) << "HTTP/1.0 knows no 100";
}

TEST_F(WireTest, WhatIsNoHttpIsRefused) {
  for (const std::string& garbage :
       {std::string("garbage\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), std::string("GET\r\n\r\n"),
        std::string("GET /healthz\r\n\r\n"), std::string("GET /healthz HTTP/2.0\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nNo colon\r\n\r\n"), std::string("GET / HTTP/1.1\r\n: no name\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nX : space\r\n\r\n"), std::string("GET / HTTP/1.1\r\nX: \x01\r\n\r\n"),
        std::string("GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n"), std::string("G\xffT / HTTP/1.1\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n")}) {
    Client client = connect();
    const Answer answer = client.ask(garbage);
    EXPECT_EQ(answer.status, 400) << garbage;
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_EQ(answer.json()["type"], "bad-request");
    client.end_sending();
    EXPECT_TRUE(client.is_let_go());
  }
}

// Where two readers disagree about where a body ends, one of them takes a part of it for a request.
TEST_F(WireTest, NoRequestIsSmuggledInABody) {
  const std::string smuggled = request("GET", "/healthz");
  for (const std::string& lines :
       {std::string("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
        std::string("Content-Length: 0\r\nContent-Length: 5\r\n"), std::string("Content-Length: 0, 5\r\n"),
        std::string("Content-Length: +0\r\n"), std::string("Content-Length: 0x0\r\n"),
        std::string("Transfer-Encoding: gzip\r\n"), std::string("Transfer-Encoding: identity\r\n"),
        std::string("Transfer-Encoding: xchunked\r\n"),
        std::string("Transfer-Encoding: chunked, identity\r\n"),
        std::string("Transfer-Encoding: gzip, chunked\r\n"),
        std::string("Transfer-Encoding: \"chunked\"\r\n"),
        std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
        std::string("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding:\r\n")}) {
    Client client = connect();
    client.send(request("POST", "/v1/predictions", fmt::format("{}{}", kJson, lines)) + smuggled);
    client.end_sending();
    EXPECT_EQ(client.answer().status, 400) << lines;
    EXPECT_EQ(client.answer().status, 0) << lines;
  }
}

TEST_F(WireTest, BrokenChunksAreRefused) {
  for (const std::string_view body :
       {"x\r\n", "-1\r\n", "\r\n", "5\r\nabcdexx", "fffffffffffffffff\r\n", "5 \rabcde"}) {
    Client client = connect();
    client.send(request("POST", "/v1/predictions", std::string(kJson) + "Transfer-Encoding: chunked\r\n"));
    client.send(std::string(body) + std::string(64, ' '));
    client.end_sending();
    EXPECT_EQ(client.answer().status, 400) << body;
  }
}

TEST_F(WireTest, WhatStandsBesideAChunkIsNotCollected) {
  for (const std::string_view begin : {"1;x=", "0;x=", "0\r\nX: "}) {
    const std::uint64_t before = resident_bytes();
    Client client = connect();
    client.send(request("POST", "/v1/predictions", std::string(kJson) + "Transfer-Encoding: chunked\r\n"));
    client.send(begin);
    const std::string piece(1 << 20, 'x');
    for (int i = 0; i < 64 && client.send(piece); ++i) {
    }
    const Answer answer = client.answer();
    EXPECT_TRUE(answer.status == 400 || answer.status == 0) << begin << answer.status;
    if (!kSanitized) {
      EXPECT_LT(resident_bytes(), before + (16U << 20U)) << begin;
    }
  }
  EXPECT_EQ(status(request("GET", "/healthz")), 200);
}

TEST_F(WireTest, HostsAreChecked) {
  const auto from = [](const std::string& hosts) { return "GET /healthz HTTP/1.1\r\n" + hosts + "\r\n"; };
  EXPECT_EQ(status(from("Host: 127.0.0.1:1234\r\n")), 200);
  EXPECT_EQ(status(from("hOST: LocalHost\r\n")), 200);
  for (const char* hosts :
       {"", "Host:\r\n", "Host: evil.example\r\n", "Host: localhost\r\nHost: localhost\r\n",
        "Host: localhost\r\nHost: evil.example\r\n", "Host: evil.example\r\nHost: localhost\r\n",
        "Host: evil.example\r\nHost: localhost\r\nHost: localhost\r\n", "Host:\r\nHost: localhost\r\n",
        "Host: localhost\r\nX: y\r\nHost:\r\nHost: localhost\r\n"}) {
    EXPECT_EQ(status(from(hosts)), 403) << hosts;
  }
}

TEST_F(WireTest, OtherSitesAreKeptOut) {
  EXPECT_EQ(status(request("POST", "/v1/predictions", std::string(kJson) + "Origin: null\r\n",
                           R"({"features": {}})")),
            403);
  EXPECT_EQ(status(request("POST", "/v1/predictions", std::string(kJson) + "Origin: http://localhost\r\n",
                           R"({"features": {}})")),
            200);
  EXPECT_EQ(status(request("GET", "/v1/models", "Sec-Fetch-Site: cross-site\r\n")), 403);
  EXPECT_EQ(status(request("GET", "/", "Sec-Fetch-Site: cross-site\r\n")), 200);
}

TEST_F(WireTest, AllowedOriginsAreToldSo) {
  const Answer before =
      ask(request("OPTIONS", "/v1/predictions",
                  "Origin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n"));
  EXPECT_EQ(before.status, 204);
  EXPECT_EQ(before.header("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(before.header("content-length"), "");
  const Answer answer =
      ask(request("POST", "/v1/predictions",
                  std::string(kJson) + "Origin: https://app.example\r\nSec-Fetch-Site: cross-site\r\n",
                  R"({"features": {}})"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("access-control-allow-origin"), "https://app.example");
  EXPECT_NE(answer.header("vary").find("Origin"), std::string::npos);
  const Answer other = ask(request("GET", "/v1/models", "Origin: https://evil.example\r\n"));
  EXPECT_EQ(other.header("access-control-allow-origin"), "");
}

TEST_F(WireTest, VisitorsAreKnownByTheirCookie) {
  const Answer first = ask(request("GET", "/v1/analyses"));
  const std::string cookie = first.header("set-cookie").substr(0, first.header("set-cookie").find(';'));
  ASSERT_TRUE(cookie.starts_with("hitscope_visitor="));
  EXPECT_EQ(ask(request("GET", "/v1/analyses", "Cookie: " + cookie + "\r\n")).header("set-cookie"), "");
  EXPECT_NE(ask(request("GET", "/v1/analyses", "Cookie: " + cookie + "x\r\n")).header("set-cookie"), "");
  EXPECT_EQ(ask(request("GET", "/healthz")).header("set-cookie"), "") << "only where it is needed";
  EXPECT_EQ(status(request("GET", "/v1/analyses", "Authorization: Bearer wrong\r\n")), 401);
}

TEST_F(WireTest, AHalfClosedClientGetsItsAnswer) {
  Client client = connect();
  client.send(request("GET", "/readyz"));
  client.end_sending();
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_TRUE(client.is_let_go());
  Client half = connect();
  half.send("GET /healthz HT");
  half.end_sending();
  EXPECT_TRUE(half.is_let_go());
}

TEST_F(WireTest, UploadsAreRefusedWhereTheyAreWrong) {
  EXPECT_EQ(status(request("POST", "/v1/analyses", kJson, "{}")), 415);
  EXPECT_EQ(status(request("POST", "/v1/analyses", "Content-Type: multipart/form-data\r\n", "x")), 415);
  EXPECT_EQ(status(request("POST", "/v1/analyses", kFormType)), 400) << "no body";
  EXPECT_EQ(status(request("POST", "/v1/analyses", kFormType, "nonsense")), 400);
  EXPECT_EQ(status(request("POST", "/v1/analyses", kFormType, form({}))), 400);
  EXPECT_EQ(status(request("POST", "/v1/analyses", kFormType, form({{"name", "x"}}))), 400);
  EXPECT_EQ(status(request("POST", "/v1/analyses", kFormType, form({{"file", "", "a.wav"}}))), 422);
  EXPECT_EQ(status(request("POST", "/v1/analyses", kFormType,
                           form({{"file", "x", "a.wav"}, {"file", "y", "b.wav"}}))),
            400);
  EXPECT_EQ(
      status(request("POST", "/v1/analyses", kFormType, form({{"file", "x", "a.wav"}, {"surprise", "y"}}))),
      400);
  EXPECT_EQ(status(request("POST", "/v1/analyses?wait=121", kFormType, form({{"file", "x", "a.wav"}}))), 400);
  EXPECT_EQ(status(request("POST", "/v1/analyses?wait=x", kFormType, form({{"file", "x", "a.wav"}}))), 400);
  EXPECT_EQ(
      status(request("POST", "/predict", kFormType, form({{"file", "x", "a.wav"}, {"model_name", "None"}}))),
      400);
  EXPECT_EQ(status(request("POST", "/predict", kFormType, form({{"youtube_url", "https://youtu.be/x"}}))),
            403);
  EXPECT_TRUE(becomes_true([] { return server_->spooled() == 0; })) << "nothing is left behind";
}

TEST_F(WireTest, TooLargeUploadsAreRefused) {
  Client known = connect();
  known.send(request("POST", "/v1/analyses", std::string(kFormType) + "Content-Length: 2000000\r\n"));
  EXPECT_EQ(known.answer().status, 413);

  const std::string file((1 << 20) + 1, 'x');
  EXPECT_EQ(status(request("POST", "/v1/analyses", kFormType, form({{"file", file, "a.wav"}}))), 413);

  Client chunked = connect();
  chunked.send(request("POST", "/v1/analyses", std::string(kFormType) + "Transfer-Encoding: chunked\r\n"));
  chunked.send(testing::chunk(form({{"file", file, "a.wav"}})) + testing::chunk(""));
  EXPECT_EQ(chunked.answer().status, 413);
  EXPECT_TRUE(becomes_true([] { return server_->spooled() == 0; }));
}

TEST_F(WireTest, AFormIsNotMuchLargerThanItsFile) {
  // A preamble and an epilogue mean nothing, but they are not free.
  for (const std::string& text : {std::string(3 << 20, 'x') + "\r\n" + form({{"file", "x", "a.wav"}}),
                                  form({{"file", "", "a.wav"}}) + std::string(3 << 20, 'x')}) {
    Client client = connect();
    client.send(request("POST", "/v1/analyses", std::string(kFormType) + "Transfer-Encoding: chunked\r\n"));
    client.send(testing::chunk(text) + testing::chunk(""));
    EXPECT_EQ(client.answer().status, 413);
  }
}

TEST_F(WireTest, AnUploadThatBreaksOffLeavesNothing) {
  for (const bool resets : {false, true}) {
    Client client = connect();
    client.send(request("POST", "/v1/analyses", std::string(kFormType) + "Content-Length: 500000\r\n"));
    client.send(form({{"file", std::string(200000, 'x'), "a.wav"}}).substr(0, 150000));
    EXPECT_TRUE(becomes_true([] { return server_->spooled() == 1; }));
    resets ? client.reset() : client.close();
    EXPECT_TRUE(becomes_true([] { return server_->spooled() == 0; }));
  }
}

TEST_F(WireTest, ClientsThatVanishAreForgotten) {
  for (int i = 0; i < 100; ++i) {
    Client client = connect();
    client.send(std::string_view(request("GET", "/openapi.json")).substr(0, static_cast<std::size_t>(i)));
    i % 2 == 0 ? client.reset() : client.close();
  }
  // The one that asks is there.
  EXPECT_TRUE(becomes_true([] { return server_->metric(R"(hitscope_now{what="connections"})") == 1; }));
}

TEST_F(WireTest, SocketsEndWithTheProgramThatOpenedThem) {
  Client client = connect();
  EXPECT_EQ(client.ask(request("GET", "/healthz")).status, 200);
  // Asked of /proc, which leaves the descriptors themselves to the threads that own them.
  int sockets = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string number = entry.path().filename().string();
    if (number.size() == 1 && number <= "2") continue;
    if (!fs::read_symlink(entry.path(), gone).string().starts_with("socket:")) continue;
    const std::string about = testing::bytes_of("/proc/self/fdinfo/" + number);
    const std::size_t flags = about.find("flags:");
    if (flags == std::string::npos) continue;
    ++sockets;
    EXPECT_NE(std::stoul(about.substr(flags + 6), nullptr, 8) & unsigned{O_CLOEXEC}, 0U)
        << "a worker would hold it open: " << number;
  }
  EXPECT_GE(sockets, 3);
}

TEST_F(WireTest, AThousandMalformedRequestsChangeNothing) {
  std::mt19937 random(2026);
  const std::vector<std::string> sound = {
      request("GET", "/v1/analyses?limit=3&search=x", "Accept-Encoding: gzip\r\nCookie: a=b\r\n"),
      request("POST", "/v1/predictions", kJson,
              R"({"features": {"tempo": 120, "key": null}, "explain": false})"),
      request("POST", "/v1/analyses", kFormType,
              form({{"name", "a"}, {"surprise", "x"}, {"file", "RIFF", "a.wav"}})),
      request("POST", "/v1/predictions", std::string(kJson) + "Transfer-Encoding: chunked\r\n") +
          testing::chunk(R"({"features": {}})") + testing::chunk(""),
      request("GET", "/v1/analyses/abcdefghijklmnopqrstuv/events", "Last-Event-ID: 12345678-1\r\n")};
  const auto garble = [&](std::string text) {
    for (auto times = 1 + random() % 6; times > 0; --times) {
      const std::size_t at = random() % (text.size() + 1);
      switch (random() % 6) {
        case 0:
          text.insert(at, 1, static_cast<char>(random()));
          break;
        case 1:
          text.erase(at, random() % 8);
          break;
        case 2:
          if (at < text.size()) text[at] = static_cast<char>(random());
          break;
        case 3:
          text.insert(at, "\r\n");
          break;
        case 4:
          text.insert(at, text.substr(random() % text.size(), random() % 64));
          break;
        default:
          text.resize(at);
      }
      if (text.empty()) text.push_back('\n');
    }
    return text;
  };
  const auto round = [&](int requests) {
    for (int i = 0; i < requests; ++i) {
      Client client = connect();
      client.send(garble(sound[random() % sound.size()]));
      client.end_sending();
      EXPECT_TRUE(client.is_let_go());
    }
  };
  round(200);
  const std::uint64_t before = resident_bytes();
  round(1000);
  EXPECT_EQ(status(request("GET", "/readyz")), 200);
  EXPECT_TRUE(becomes_true([] { return server_->metric(R"(hitscope_now{what="connections"})") == 1; }));
  if (!kSanitized) {
    EXPECT_LT(resident_bytes(), before + (8U << 20U));
  }
}

// Limits so small that a test can wait for them.
class ImpatientTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<RunningServer>([](ServeOptions& options) {
      options.http.head_s = options.http.idle_s = options.http.piece_s = options.http.write_s = 0.5;
    });
  }
  static void TearDownTestSuite() { server_.reset(); }
  inline static std::unique_ptr<RunningServer> server_;
};

TEST_F(ImpatientTest, WhoSaysNothingIsLetGo) {
  Client client(server_->port());
  EXPECT_EQ(client.read_until("\r\n"), "") << "it has asked nothing that could be answered";
  EXPECT_TRUE(client.is_let_go());
}

TEST_F(ImpatientTest, WhoIsSlowToAskIsLetGo) {
  Client client(server_->port());
  std::atomic<bool> gone = false;
  // Always something new, never the end of it.
  std::thread sender([&] {
    client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ");
    while (!gone && client.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  });
  EXPECT_EQ(client.answer().status, 408);
  EXPECT_TRUE(client.is_let_go());
  gone = true;
  sender.join();
}

TEST_F(ImpatientTest, WhoAsksNothingMoreIsLetGo) {
  Client client(server_->port());
  EXPECT_EQ(client.ask(request("GET", "/healthz")).status, 200);
  EXPECT_TRUE(client.is_let_go());
}

TEST_F(ImpatientTest, WhoIsSlowToSendItsBodyIsLetGo) {
  for (const char* target : {"/v1/predictions", "/v1/analyses"}) {
    Client client(server_->port());
    std::atomic<bool> gone = false;
    const bool upload = std::string_view(target) == "/v1/analyses";
    std::thread sender([&] {
      client.send(
          request("POST", target, std::string(upload ? kFormType : kJson) + "Content-Length: 100000\r\n"));
      if (upload) client.send(form({{"file", std::string(1000, 'x'), "a.wav"}}).substr(0, 900));
      while (!gone && client.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    });
    const Answer answer = client.answer();
    EXPECT_EQ(answer.status, 408) << target;
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_EQ(answer.json()["type"], "request-timeout");
    EXPECT_TRUE(client.is_let_go());
    gone = true;
    sender.join();
  }
  EXPECT_TRUE(becomes_true([] { return server_->spooled() == 0; }));
}

TEST_F(ImpatientTest, WhoDoesNotReadItsAnswersIsLetGo) {
  Client client(server_->port());
  std::thread sender([&] {
    // Answers of some hundred kilobytes each, until no more fit between us.
    while (client.send(request("GET", "/openapi.json"))) {
    }
  });
  sender.join();
  EXPECT_TRUE(becomes_true([] { return server_->metric(R"(hitscope_now{what="connections"})") == 1; }));
}

TEST(ServerLimits, ConnectionsOfOneClientAreCounted) {
  const RunningServer server([](ServeOptions& options) { options.http.connections_per_client = 4; });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    EXPECT_EQ(clients.back()->ask(request("GET", "/healthz")).status, 200);
  }
  Client fifth(server.port());
  EXPECT_EQ(fifth.ask(request("GET", "/healthz")).status, 0);
  EXPECT_TRUE(fifth.is_let_go());
  clients.pop_back();
  EXPECT_TRUE(becomes_true([&] { return server.ask(request("GET", "/healthz")).status == 200; }));
  EXPECT_EQ(clients.front()->ask(request("GET", "/healthz")).status, 200);
}

TEST(ServerLimits, AllConnectionsAreCounted) {
  const RunningServer server([](ServeOptions& options) {
    options.http.connections = 3;
    options.behind_proxy = true;  // all clients are the proxy
  });
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<Client>(server.port()));
    EXPECT_EQ(clients.back()->ask(request("GET", "/healthz")).status, 200);
  }
  EXPECT_EQ(server.ask(request("GET", "/healthz")).status, 0);
}

TEST(ServerLimits, AStreamThatItsClientLeftIsNoConnection) {
  const RunningServer server([](ServeOptions& options) { options.http.connections_per_client = 4; });
  for (int i = 0; i < 12; ++i) {
    EXPECT_TRUE(becomes_true([&] {
      Client client(server.port());
      client.send(request("GET", "/v1/events"));
      return client.answer().status == 200;
    })) << "the streams before it are gone, though nothing happened that they could have told: "
        << i;
  }
  EXPECT_TRUE(becomes_true([&] { return server.metric(R"(hitscope_now{what="connections"})") == 1; }));
  EXPECT_EQ(server.metric(R"(hitscope_now{what="event_streams"})"), 0);
}

TEST(ServerFrames, OnlyOfOriginsThatWereNamed) {
  const auto policy_of = [](const RunningServer& server) {
    const auto page = server.ask(request("GET", "/", "Accept: text/html\r\n"));
    return std::pair(page.header("content-security-policy"), page.header("x-frame-options"));
  };
  const RunningServer closed;
  EXPECT_NE(policy_of(closed).first.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(policy_of(closed).second, "DENY");
  const RunningServer open([](ServeOptions& options) {
    options.allow_frames = {"https://huggingface.co", "https://*.app.example"};
  });
  EXPECT_NE(policy_of(open).first.find("frame-ancestors 'self' https://huggingface.co https://*.app.example"),
            std::string::npos)
      << policy_of(open).first;
  EXPECT_EQ(policy_of(open).second, "");

  const testing::TemporaryFolder folder;
  ServeOptions options = testing::options_in(folder / "data");
  for (const char* wrong : {"huggingface.co", "https://x; script-src *", "https://", "*", "https://a/b"}) {
    options.allow_frames = {wrong};
    EXPECT_FALSE(Server::start(options)) << wrong;
  }
}

TEST(ServerStart, SaysWhyItCannot) {
  const testing::TemporaryFolder folder;
  const RunningServer first;
  ServeOptions options = testing::options_in(folder / "data");
  options.port = first.port();
  auto taken = Server::start(options);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::busy);

  options = testing::options_in(first.folder() / "data");
  auto locked = Server::start(options);
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().kind, ErrorKind::busy);

  options = testing::options_in(folder / "data");
  options.host = "no.such.address";
  EXPECT_FALSE(Server::start(options));
  options = testing::options_in(folder / "data");
  options.model = "no-such-model";
  auto unknown = Server::start(options);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
  options = testing::options_in("/proc/no/folder");
  EXPECT_FALSE(Server::start(options));
  EXPECT_EQ(first.ask(request("GET", "/healthz")).status, 200);
}

}  // namespace
}  // namespace hitscope::server
