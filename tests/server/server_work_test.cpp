// The whole server with real work: uploads, events, history, and what becomes of them when it stops.
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "features/spectral_dna.h"
#include "server/wire.h"

namespace hitscope::server {
namespace {

using testing::Answer;
using testing::becomes_true;
using testing::Client;
using testing::form;
using testing::kFormType;
using testing::music;
using testing::request;
using testing::RunningServer;
using testing::silence;

// One browser: keeps its cookie.
class Visitor {
 public:
  explicit Visitor(const RunningServer& server) : server_(&server) {}

  Answer ask(std::string_view method, std::string_view target, std::string_view lines = {},
             std::string_view body = {}) {
    Answer answer = server_->ask(request(method, target, std::string(lines) + cookie_, body));
    const std::string cookie = answer.header("set-cookie");
    if (!cookie.empty()) cookie_ = "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
    return answer;
  }
  Answer upload(const std::string& bytes, std::string_view query = {}, const std::string& name = "a.wav") {
    return ask("POST", "/v1/analyses" + std::string(query), kFormType, form({{"file", bytes, name}}));
  }
  Json state(const std::string& id) { return ask("GET", "/v1/analyses/" + id).json()["state"]; }
  // Sends the request and leaves it to others to hear the answer.
  [[nodiscard]] std::unique_ptr<Client> begin(std::string_view method, std::string_view target,
                                              std::string_view lines = {}, std::string_view body = {}) const {
    auto client = std::make_unique<Client>(server_->port());
    client->send(request(method, target, std::string(lines) + cookie_, body));
    return client;
  }
  void move_to(const RunningServer& server) { server_ = &server; }

 private:
  const RunningServer* server_;
  std::string cookie_;
};

// All events up to the end of the stream.
std::vector<std::string> events_of(Client& client) {
  std::vector<std::string> events;
  while (true) {
    std::string event = client.read_until("\n\n");
    if (!event.ends_with("\n\n")) return events;
    if (!event.starts_with(":")) events.push_back(std::move(event));
  }
}

std::string type_of(const std::string& event) {
  const std::size_t at = event.find("event: ") + 7;
  return event.substr(at, event.find('\n', at) - at);
}

class WorkTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<RunningServer>(); }
  static void TearDownTestSuite() { server_.reset(); }
  inline static std::unique_ptr<RunningServer> server_;
};

TEST_F(WorkTest, AnUploadIsMeasuredAndKept) {
  Visitor visitor(*server_);
  const std::string bytes = music(4);
  const Answer done = visitor.upload(bytes, "?wait=120", "folder\\My \\\"track\\\".wav");
  ASSERT_EQ(done.status, 200) << done.body;
  const Json analysis = done.json();
  const std::string id = analysis["id"];
  EXPECT_EQ(done.header("location"), "/v1/analyses/" + id);
  EXPECT_EQ(analysis["state"], "done");
  EXPECT_EQ(analysis["name"], "My \"track\".wav");
  EXPECT_EQ(analysis["cached"], false);
  EXPECT_EQ(analysis["source"]["bytes"], bytes.size());
  EXPECT_EQ(analysis["result"]["verdict"]["votes"].size(), 5U);
  EXPECT_EQ(server_->spooled(), 0U) << "the audio is deleted when it is measured";

  EXPECT_EQ(visitor.ask("GET", "/v1/analyses/" + id).json(), analysis);
  const Answer dna = visitor.ask("GET", "/v1/analyses/" + id + "/dna");
  EXPECT_TRUE(decode_dna(std::as_bytes(std::span(dna.body))));
  EXPECT_TRUE(visitor.ask("GET", "/v1/analyses/" + id + "/dna.svg?view=ring").body.starts_with("<svg"));
  EXPECT_EQ(visitor.ask("GET", "/v1/analyses/" + id + "/dna.svg?view=cube").status, 400);
  EXPECT_EQ(visitor.ask("GET", "/v1/analyses?search=TRACK").json()["analyses"].size(), 1U);

  Visitor stranger(*server_);
  for (const char* what : {"", "/dna", "/dna.svg", "/events"}) {
    EXPECT_EQ(stranger.ask("GET", "/v1/analyses/" + id + what).status, 404) << what;
  }
  EXPECT_EQ(stranger.ask("DELETE", "/v1/analyses/" + id).status, 404);

  const Answer again = visitor.upload(bytes);
  EXPECT_EQ(again.status, 200) << "equal bytes are answered from the history at once";
  EXPECT_EQ(again.json()["cached"], true);
  EXPECT_EQ(again.json()["result"]["verdict"], analysis["result"]["verdict"]);

  EXPECT_EQ(visitor.ask("DELETE", "/v1/analyses/" + id).status, 204);
  EXPECT_EQ(visitor.ask("GET", "/v1/analyses/" + id).status, 404);
  EXPECT_EQ(visitor.ask("DELETE", "/v1/analyses/" + id).status, 404);
}

TEST_F(WorkTest, ChunkedUploadsWork) {
  const std::string text = form({{"name", "Of the form"}, {"file", music(3, 1), "a.wav"}});
  Client client(server_->port());
  client.send(
      request("POST", "/v1/analyses?wait=120", std::string(kFormType) + "Transfer-Encoding: chunked\r\n"));
  for (std::size_t at = 0; at < text.size(); at += 1000) client.send(testing::chunk(text.substr(at, 1000)));
  client.send(testing::chunk(""));
  const Answer answer = client.answer();
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json()["name"], "Of the form");
  EXPECT_EQ(client.ask(request("GET", "/healthz")).status, 200) << "and the connection goes on";
}

TEST_F(WorkTest, WhatCannotBeMeasuredSaysWhy) {
  Visitor visitor(*server_);
  const Answer answer = visitor.upload("this is no audio", "?wait=120");
  EXPECT_EQ(answer.status, 415) << answer.body;
  const std::string id = answer.json()["analysis"];
  const Json analysis = visitor.ask("GET", "/v1/analyses/" + id).json();
  EXPECT_EQ(analysis["state"], "failed");
  EXPECT_EQ(analysis["error"]["type"], "unsupported-format");
  EXPECT_EQ(server_->spooled(), 0U);
}

TEST_F(WorkTest, TheOldFormIsAnswered) {
  const Answer answer = server_->ask(request(
      "POST", "/predict", kFormType, form({{"model_name", "RandomForest"}, {"file", music(4, 2), "a.wav"}})));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json = answer.json();
  for (const char* name :
       {"isHit", "probability", "trackName", "model", "features", "analysis", "reasoning"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
}

TEST_F(WorkTest, EventsTellTheStory) {
  Visitor visitor(*server_);
  static_cast<void>(visitor.ask("GET", "/v1/analyses"));
  const auto all = visitor.begin("GET", "/v1/events");
  EXPECT_EQ(all->answer().header("content-type"), "text/event-stream");
  ASSERT_TRUE(becomes_true([] { return server_->metric(R"(hitscope_now{what="event_streams"})") >= 1; }));

  const std::string id = visitor.upload(music(4, 3)).json()["id"];
  const auto one = visitor.begin("GET", "/v1/analyses/" + id + "/events");
  EXPECT_EQ(one->answer().status, 200);
  const std::vector<std::string> of_one = events_of(*one);  // it ends with its analysis
  ASSERT_FALSE(of_one.empty());
  const std::string& last = of_one.back();
  EXPECT_TRUE(type_of(last) == "done" ||
              (type_of(last) == "state" && last.find(R"("state": "done")") != std::string::npos))
      << last;

  std::vector<std::string> heard;
  do heard.push_back(all->read_until("\n\n"));
  while (type_of(heard.back()) != "done" && heard.back().ends_with("\n\n"));
  const auto count = [&](const std::string& type) { return std::ranges::count(heard, type, type_of); };
  EXPECT_EQ(count("queued"), 1);
  EXPECT_EQ(count("decoding"), 1);
  EXPECT_GE(count("measuring"), 1);
  EXPECT_EQ(count("vote"), 5);
  EXPECT_EQ(count("done"), 1);
  for (const std::string& event : heard) {
    const std::size_t data = event.find("data: ") + 6;
    const Json json = Json::parse(event.substr(data, event.find('\n', data) - data), nullptr, false);
    ASSERT_TRUE(json.is_object()) << event;
    EXPECT_EQ(json["analysis"], id);
  }

  // A stream that broke after the first event hears the rest; one that heard all is told how it is, and ends.
  const auto id_of = [](const std::string& event) { return event.substr(4, event.find('\n') - 4); };
  const auto again = visitor.begin("GET", "/v1/analyses/" + id + "/events",
                                   "Last-Event-ID: " + id_of(heard.front()) + "\r\n");
  EXPECT_EQ(again->answer().status, 200);
  const std::vector<std::string> rest = events_of(*again);
  ASSERT_GE(rest.size(), 6U);
  EXPECT_EQ(rest.back(), heard.back());
  const auto after = visitor.begin("GET", "/v1/analyses/" + id + "/events",
                                   "Last-Event-ID: " + id_of(heard.back()) + "\r\n");
  EXPECT_EQ(after->answer().status, 200);
  const std::vector<std::string> nothing_new = events_of(*after);
  ASSERT_EQ(nothing_new.size(), 1U);
  EXPECT_EQ(type_of(nothing_new.front()), "state");

  const auto late = visitor.begin("GET", "/v1/analyses/" + id + "/events", "Last-Event-ID: other-run-5\r\n");
  EXPECT_EQ(late->answer().status, 200);
  ASSERT_EQ(events_of(*late).size(), 1U);
  EXPECT_EQ(visitor.begin("HEAD", "/v1/events")->answer(true).header("content-type"), "text/event-stream");
}

TEST_F(WorkTest, DeletingStopsTheWork) {
  Visitor visitor(*server_);
  const std::string id = visitor.upload(silence(1800, 1)).json()["id"];
  const auto stream = visitor.begin("GET", "/v1/analyses/" + id + "/events");
  EXPECT_EQ(stream->answer().status, 200);
  const std::string queued = visitor.upload(silence(1800, 2)).json()["id"];
  EXPECT_EQ(visitor.ask("DELETE", "/v1/analyses/" + queued).status, 204);
  EXPECT_EQ(visitor.ask("DELETE", "/v1/analyses/" + id).status, 204);
  const auto events = events_of(*stream);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(type_of(events.back()), "deleted");
  EXPECT_TRUE(becomes_true([] { return server_->metric(R"(hitscope_now{what="running"})") == 0; }));
  EXPECT_EQ(server_->metric(R"(hitscope_now{what="queued"})"), 0);
  EXPECT_EQ(server_->spooled(), 0U);
}

TEST(ServerWork, TheQueueIsBounded) {
  const RunningServer server([](ServeOptions& options) {
    options.queue = 2;
    options.queue_per_client = 1;
  });
  Visitor a(server);
  Visitor b(server);
  EXPECT_EQ(a.upload(silence(1800, 1)).status, 202);
  ASSERT_TRUE(becomes_true([&] { return server.metric(R"(hitscope_now{what="running"})") == 1; }));
  const Answer next = a.upload(silence(1800, 2));
  EXPECT_EQ(next.status, 202);
  EXPECT_EQ(next.json()["queue"]["position"], 1);
  const Answer full = a.upload(silence(1800, 3));
  EXPECT_EQ(full.status, 503);
  EXPECT_NE(full.header("retry-after"), "");
  EXPECT_EQ(b.upload(silence(1800, 4)).status, 202) << "another has room";
  EXPECT_EQ(server.ask(request("GET", "/readyz")).status, 503);
  EXPECT_EQ(server.ask(request("GET", "/healthz")).status, 200);
  EXPECT_EQ(server.spooled(), 3U);
}

TEST(ServerWork, AWaitThatIsTooShortSaysHowFarItIs) {
  const RunningServer server;
  Visitor visitor(server);
  const Answer answer = visitor.upload(silence(1800), "?wait=0.05");
  EXPECT_EQ(answer.status, 202);
  EXPECT_NE(answer.json()["state"], "done");
}

// Everything open at once: streams, waiting answers, half requests, running and queued work.
TEST(ServerWork, StoppingEndsItAll) {
  auto server = std::make_unique<RunningServer>();
  Visitor visitor(*server);
  static_cast<void>(visitor.ask("GET", "/v1/analyses"));
  const auto stream = visitor.begin("GET", "/v1/events");
  EXPECT_EQ(stream->answer().status, 200);
  const std::string running = visitor.upload(silence(7000, 1)).json()["id"];
  ASSERT_TRUE(becomes_true([&] { return visitor.state(running) == "running"; }));
  const std::string queued = visitor.upload(silence(1800, 2)).json()["id"];
  const auto of_one = visitor.begin("GET", "/v1/analyses/" + queued + "/events");
  EXPECT_EQ(of_one->answer().status, 200);
  const auto waiting =
      visitor.begin("POST", "/v1/analyses?wait=120", kFormType, form({{"file", silence(1800, 3), "a.wav"}}));
  const auto legacy =
      visitor.begin("POST", "/predict", kFormType, form({{"file", silence(1800, 4), "a.wav"}}));
  ASSERT_TRUE(becomes_true([&] { return server->metric(R"(hitscope_now{what="queued"})") == 3; }));
  Client half(server->port());
  half.send("GET /healthz HTTP/1.1\r\nHost");
  Client idle(server->port());

  const auto begun = std::chrono::steady_clock::now();
  server->stop(0);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  EXPECT_FALSE(events_of(*stream).empty());
  EXPECT_FALSE(events_of(*of_one).empty());
  EXPECT_EQ(waiting->answer().status, 202) << "it is told that it was accepted";
  EXPECT_EQ(legacy->answer().status, 503) << "it is not done, and has not failed";
  EXPECT_EQ(server->ask(request("GET", "/healthz")).status, 0);
  EXPECT_EQ(server->spooled(), 4U);
  server->stop(0);
}

TEST(ServerWork, ARestartTakesUpWhatWasLeft) {
  const testing::TemporaryFolder folder;
  const auto start = [&] {
    return std::make_unique<RunningServer>(
        [&](ServeOptions& options) { options.data_folder = folder / "data"; });
  };
  auto server = start();
  Visitor visitor(*server);
  const std::string running = visitor.upload(music(120, 1)).json()["id"];
  const std::string queued = visitor.upload(music(4, 2)).json()["id"];
  server->stop(0);
  server.reset();
  testing::write_file(folder / "data" / "spool" / "nobody-needs-this", "x");
  server = start();
  visitor.move_to(*server);
  EXPECT_FALSE(std::filesystem::exists(folder / "data" / "spool" / "nobody-needs-this"));
  for (const std::string& id : {running, queued}) {
    EXPECT_TRUE(becomes_true([&] { return visitor.state(id) == "done"; })) << id;
  }
}

TEST(ServerWork, ADatabaseThatIsAwayTakesNobodysWork) {
  const RunningServer server;
  Visitor visitor(server);
  const std::string running = visitor.upload(silence(300, 1)).json()["id"];
  const std::string queued = visitor.upload(music(4, 2)).json()["id"];
  soci::session database(*soci::factory_sqlite3(), (server.folder() / "data" / "history.sqlite").string());
  database << "PRAGMA busy_timeout = 10000";
  database << "ALTER TABLE analyses RENAME TO away";
  // Time for the first to come to its end, and for the next to begin, if that were done.
  std::this_thread::sleep_for(std::chrono::seconds(2));
  database << "ALTER TABLE away RENAME TO analyses";
  EXPECT_TRUE(becomes_true([&] { return visitor.state(queued) == "done"; }));
  EXPECT_EQ(visitor.state(running), "failed") << "there is no signal in it";
  EXPECT_TRUE(becomes_true([&] { return server.spooled() == 0; }));
}

TEST(ServerWork, WorkMayFinishBeforeTheEnd) {
  const RunningServer server;
  Visitor visitor(server);
  static_cast<void>(visitor.ask("GET", "/v1/analyses"));
  const auto waiting =
      visitor.begin("POST", "/v1/analyses?wait=120", kFormType, form({{"file", music(10), "a.wav"}}));
  ASSERT_TRUE(becomes_true([&] {
    return server.metric(R"(hitscope_now{what="running"})") == 1 ||
           server.metric(R"(hitscope_stage_seconds_count{stage="working"})") == 1;
  }));
  server.stop(120);
  EXPECT_EQ(waiting->answer().status, 200);
}

TEST(ServerWork, KeptAudioIsKept) {
  const RunningServer server([](ServeOptions& options) { options.keep_audio_s = 3600; });
  Visitor visitor(server);
  const Answer answer = visitor.upload(music(4), "?wait=120");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.json()["audio_kept_until"].is_string());
  EXPECT_EQ(server.spooled(), 1U);
  EXPECT_EQ(visitor.ask("DELETE", "/v1/analyses/" + answer.json()["id"].get<std::string>()).status, 204);
  EXPECT_EQ(server.spooled(), 0U);
}

TEST(ServerWork, AudioIsKeptAsItsSenderWasTold) {
  const testing::TemporaryFolder folder;
  const auto start = [&](double keep_audio_s) {
    return std::make_unique<RunningServer>([&](ServeOptions& options) {
      options.data_folder = folder / "data";
      options.keep_audio_s = keep_audio_s;
    });
  };
  auto server = start(0);
  Visitor visitor(*server);
  const std::string running = visitor.upload(silence(7000, 1)).json()["id"];
  const std::string queued = visitor.upload(music(4, 2)).json()["id"];
  server->stop(0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "data" / "spool"), {}), 2);
  server.reset();
  server = start(3600);  // holds for what comes from now on
  visitor.move_to(*server);
  EXPECT_EQ(visitor.ask("DELETE", "/v1/analyses/" + running).status, 204);  // it would take too long
  EXPECT_TRUE(becomes_true([&] { return visitor.state(queued) == "done"; }));
  EXPECT_TRUE(becomes_true([&] { return std::filesystem::is_empty(folder / "data" / "spool"); }));
}

TEST(ServerWork, TokensHaveTheirOwnHistory) {
  const testing::TemporaryFolder folder;
  testing::write_file(folder / "tokens", "one\ntwo\n");
  const RunningServer server([&](ServeOptions& options) { options.token_file = folder / "tokens"; });
  const auto as = [](const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; };
  const Answer answer = server.ask(request("POST", "/v1/analyses", as("one") + std::string(kFormType),
                                           form({{"file", "no audio", "a.wav"}})));
  EXPECT_EQ(answer.status, 202);
  const std::string target = "/v1/analyses/" + answer.json()["id"].get<std::string>();
  EXPECT_EQ(server.ask(request("GET", target, as("one"))).status, 200);
  EXPECT_EQ(server.ask(request("GET", target, as("two"))).status, 404);
  EXPECT_EQ(server.ask(request("GET", target, as("three"))).status, 401);
  EXPECT_EQ(server.ask(request("GET", target)).status, 404);
}

}  // namespace
}  // namespace hitscope::server
