// `hitscope worker` as a shell or a script meets it: lines in, lines out, through pipes.
#include "ingest/worker.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "ingest/protocol.h"
#include "ingest/sandbox.h"
#include "ingest/workshop.h"

namespace hitscope {
namespace {

using testing::becomes_true;
using testing::children_of;
using testing::HandWorker;
using testing::is_running;
using testing::Json;
using testing::send_signal;
using testing::status_of;
using testing::Workshop;

const std::vector<std::string> kMeasureOnly{"--model", ""};

// The decoder that waits for, or works on, a file; not the one before it. Throws where there is none.
pid_t decoder_of(pid_t broker, pid_t former = 0) {
  std::vector<pid_t> children;
  const bool found = becomes_true([&] {
    children = children_of(broker);
    return children.size() == 1 && children[0] != former && is_running(children[0]);
  });
  if (!found) throw std::runtime_error("the broker has no decoder, or several");
  return children[0];
}

std::string type_of(const Json& answer) {
  return answer.contains("error") ? answer["error"]["type"].get<std::string>() : answer.dump();
}

TEST(Sandbox, WorksHere) {
  const SandboxCheck check = check_sandbox();
  EXPECT_TRUE(check.works) << check.detail;
  EXPECT_NE(check.detail, "");
}

TEST(Worker, GreetsWithWhatItIs) {
  HandWorker worker({"--model", testing::model_file()});
  const Json ready = worker.hear();
  EXPECT_EQ(ready["event"], "ready");
  EXPECT_EQ(ready["engine"], "0.1.0");
  EXPECT_EQ(ready["features_version"], 1);
  EXPECT_EQ(ready["model"], "default");
  EXPECT_TRUE(ready["model_version"].is_string());
  EXPECT_EQ(ready["sandbox"], true);
  worker.close_in();
  EXPECT_TRUE(worker.hear().is_null());
  EXPECT_EQ(worker.wait(), 0);
}

TEST(Worker, RefusesToStartWithoutItsModel) {
  const Workshop shop;
  for (const auto& [model, type] : {std::pair<std::string, std::string>{shop / "missing", "not-found"},
                                    {shop.write("model", "no model"), "model-invalid"}}) {
    HandWorker worker({"--model", model});
    const Json refused = worker.hear();
    EXPECT_EQ(refused["event"], "refused");
    EXPECT_EQ(type_of(refused), type);
    EXPECT_EQ(worker.wait(), 1);
  }
}

TEST(Worker, TellsAJobFromItsBeginningToItsEnd) {
  const Workshop shop;
  HandWorker worker({"--model", testing::model_file()});
  worker.hear();
  const auto file = shop.sound("a.wav", 20);
  worker.ask({{"id", "job"}, {"path", file}, {"explain", true}, {"frames", true}});
  const std::vector<Json> lines = worker.hear_out();
  ASSERT_GE(lines.size(), 4U);
  EXPECT_EQ(lines.front()["event"], "decoding");
  EXPECT_EQ(lines[1]["event"], "measuring");
  EXPECT_GT(lines[1]["done_s"], 0);
  EXPECT_EQ(lines[1]["known_s"], 20);
  EXPECT_EQ(lines[lines.size() - 2]["event"], "voting");
  EXPECT_EQ(lines.back()["report"].dump(), testing::direct_report(file, true));
  EXPECT_GT(lines.back()["frames"].get<std::string>().size(), 1000U);
  for (const Json& line : lines) EXPECT_EQ(line["id"], "job");

  worker.ask({{"id", "2"}, {"path", file}, {"name", "shown\nname"}});
  const Json plain = worker.answer();
  EXPECT_EQ(plain["report"]["path"], "shown\nname");
  EXPECT_TRUE(plain["report"]["verdict"]["explanation"].empty());
  EXPECT_FALSE(plain.contains("frames"));
}

TEST(Worker, WithoutAModelItMeasuresOnly) {
  const Workshop shop;
  HandWorker worker(kMeasureOnly);
  EXPECT_TRUE(worker.hear()["model"].is_null());
  const auto file = shop.sound("a.wav");
  worker.ask({{"id", "1"}, {"path", file}});
  const std::vector<Json> lines = worker.hear_out();
  for (const Json& line : lines) EXPECT_NE(line["event"], "voting");
  EXPECT_EQ(lines.back()["report"].dump(), testing::direct_report(file, false));
}

TEST(Worker, HostileRequestsAreAnsweredAndTheLoopGoesOn) {
  const Workshop shop;
  HandWorker worker(kMeasureOnly);
  worker.hear();
  worker.say("not JSON\n");
  EXPECT_TRUE(worker.answer()["id"].is_null());
  worker.say("\n  \r\n{\"id\":\"\xFF\",\"path\":\"x\"}\n");
  EXPECT_EQ(type_of(worker.answer()), "internal");
  worker.say(std::string(std::size_t{1} << 20U, '[') + "\n");
  EXPECT_EQ(type_of(worker.answer()), "too-large");
  worker.say("{\"id\":\"a\"}\n");
  EXPECT_EQ(worker.answer()["id"], "a");
  worker.say(std::string("{\"id\":\"a\0\"}\n", 12));
  EXPECT_EQ(type_of(worker.answer()), "internal");
  worker.ask({{"id", "last"}, {"path", shop.sound("a.wav", 1)}});
  EXPECT_EQ(worker.answer()["event"], "done");
}

TEST(Worker, DebugMarkersAreObeyedOnlyWhenAskedFor) {
  const Workshop shop;
  const auto crash = shop.write("crash.mp3", "HITSCOPE-DEBUG crash\n");
  const auto hang = shop.write("hang.mp3", "HITSCOPE-DEBUG hang\n");
  const auto memory = shop.write("memory.mp3", "HITSCOPE-DEBUG memory\n");
  HandWorker worker({"--model", "", "--debug-markers", "--memory", "100000000"});
  worker.hear();
  worker.ask({{"id", "1"}, {"path", crash}});
  const Json crashed = worker.answer();
  EXPECT_EQ(type_of(crashed), "corrupt");
  EXPECT_EQ(crashed["error"]["title"], "The decoder crashed on this file.");
  worker.ask({{"id", "2"}, {"path", hang}, {"timeout_s", 0.2}});
  EXPECT_EQ(type_of(worker.answer()), "timeout");
  if (!kSanitized) {  // those have no limit
    worker.ask({{"id", "3"}, {"path", memory}});
    EXPECT_EQ(type_of(worker.answer()), "too-large");
  }
  worker.ask({{"id", "4"}, {"path", shop.sound("a.wav", 1)}});
  EXPECT_EQ(worker.answer()["event"], "done");

  HandWorker usual(kMeasureOnly);
  usual.hear();
  for (const auto& file : {crash, hang, memory}) {
    usual.ask({{"id", "1"}, {"path", file}});
    EXPECT_EQ(type_of(usual.answer()), "unsupported-format");
  }
}

TEST(Worker, ARequestWithoutLineFeedCountsAtTheEnd) {
  const Workshop shop;
  HandWorker worker(kMeasureOnly);
  worker.say(Json{{"id", "1"}, {"path", shop.sound("a.wav", 1)}}.dump());
  worker.close_in();
  worker.hear();
  EXPECT_EQ(worker.answer()["event"], "done");
  EXPECT_EQ(worker.wait(), 0);
}

TEST(Worker, FinishesItsJobWhenNoMoreIsAsked) {
  const Workshop shop;
  const auto file = shop.sound("a.wav");
  HandWorker worker(kMeasureOnly);
  for (int i = 0; i < 3; ++i) worker.ask({{"id", std::to_string(i)}, {"path", file}});
  worker.close_in();
  worker.hear();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(worker.answer()["event"], "done");
  EXPECT_TRUE(worker.hear().is_null());
  EXPECT_EQ(worker.wait(), 0);
}

TEST(Worker, EveryErrorHasItsType) {
  const Workshop shop;
  HandWorker worker({"--model", testing::model_file(), "--max-bytes", "2000000", "--max-seconds", "15"});
  worker.hear();
  const auto type = [&](const std::filesystem::path& file, Json request = Json::object()) {
    request["id"] = "1";
    request["path"] = file;
    worker.ask(request);
    return type_of(worker.answer());
  };
  EXPECT_EQ(type(shop / "missing.mp3"), "not-found");
  EXPECT_EQ(type(shop / "."), "unreadable");
  EXPECT_EQ(type("/dev/urandom"), "unreadable");
  ASSERT_EQ(::mkfifo((shop / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(type(shop / "pipe"), "unreadable");
  EXPECT_EQ(type(shop.write("page.mp3", "<html><body>404</body></html>")), "unsupported-format");
  EXPECT_EQ(type(shop.write("cut.flac", "fLaC")), "corrupt");
  EXPECT_EQ(type(shop.write("empty.wav", "")), "too-short");
  EXPECT_EQ(type(shop.sound("large.wav", 11)), "too-large");
  EXPECT_EQ(type(shop.sound("long.flac", 20)), "too-long");
  const auto good = shop.sound("good.flac", 10);
  EXPECT_EQ(type(good, {{"max_seconds", 5}}), "too-long");
  EXPECT_EQ(type(good, {{"timeout_s", 1e-4}}), "timeout");
  EXPECT_EQ(type(good, {{"timeout_s", "soon"}}), "internal");
  worker.ask({{"id", "1"}, {"path", good}});
  EXPECT_EQ(worker.answer()["event"], "done");
}

TEST(Worker, TimeIsLimitedByTheClockAndByTheProcessor) {
  const Workshop shop;
  const auto file = shop.long_sound();
  HandWorker by_clock({"--model", "", "--timeout", "0.3"});
  by_clock.hear();
  by_clock.ask({{"id", "1"}, {"path", file}, {"timeout_s", 1000}});
  Json answer = by_clock.answer();
  EXPECT_EQ(type_of(answer), "timeout") << "a request may ask for less, not for more";
  EXPECT_EQ(answer["error"]["title"], "Not done within the limit of 0.3 s.");

  HandWorker by_processor({"--model", "", "--cpu-seconds", "0.3"});
  by_processor.hear();
  for (int i = 0; i < 2; ++i) {
    by_processor.ask({{"id", "1"}, {"path", file}});
    answer = by_processor.answer();
    EXPECT_EQ(type_of(answer), "timeout");
    EXPECT_EQ(answer["error"]["title"], "It took more than the 0.3 s of processor time allowed.");
  }
  by_processor.ask({{"id", "1"}, {"path", shop.sound("a.wav", 0.5)}});
  EXPECT_EQ(by_processor.answer()["event"], "done") << "each job has its own time";
}

TEST(Worker, MemoryIsLimited) {
  if (kSanitized) GTEST_SKIP() << "sanitizers need their address space";
  const Workshop shop;
  HandWorker worker({"--model", "", "--memory", "8000000"});
  worker.hear();
  worker.ask({{"id", "1"}, {"path", shop.long_sound()}});
  EXPECT_EQ(type_of(worker.answer()), "too-large");
  worker.ask({{"id", "1"}, {"path", shop.sound("a.wav")}});
  EXPECT_EQ(worker.answer()["event"], "done");
}

TEST(Worker, ADecoderThatDiesCostsThatJobOnly) {
  const Workshop shop;
  const auto good = shop.sound("a.wav", 1);
  const auto file = shop.long_sound();
  HandWorker worker(kMeasureOnly);
  worker.hear();
  for (const auto& [signal, type] :
       {std::pair{SIGKILL, "interrupted"}, std::pair{SIGTERM, "interrupted"}, std::pair{SIGSEGV, "corrupt"},
        std::pair{SIGBUS, "corrupt"}, std::pair{SIGILL, "corrupt"}, std::pair{SIGFPE, "corrupt"},
        std::pair{SIGABRT, "corrupt"}, std::pair{SIGSYS, "corrupt"}, std::pair{SIGXCPU, "timeout"},
        std::pair{SIGUSR1, "internal"}}) {
    worker.ask({{"id", "1"}, {"path", file}});
    EXPECT_EQ(worker.hear()["event"], "decoding");
    EXPECT_EQ(worker.hear()["event"], "measuring");
    send_signal(decoder_of(worker.pid()), signal);
    const Json answer = worker.answer();
    EXPECT_EQ(type_of(answer), type) << signal;
    if (std::string(type) == "corrupt") {
      EXPECT_EQ(answer["error"]["title"], "The decoder crashed on this file.");
    }
    worker.ask({{"id", "2"}, {"path", good}});
    EXPECT_EQ(worker.answer()["event"], "done");
  }
}

TEST(Worker, ADecoderKilledWhileItWaitsCostsNothing) {
  const Workshop shop;
  HandWorker worker(kMeasureOnly);
  worker.hear();
  for (int i = 0; i < 3; ++i) {
    const pid_t decoder = decoder_of(worker.pid());
    send_signal(decoder, SIGKILL);
    ASSERT_TRUE(becomes_true([&] { return !is_running(decoder); }));
    worker.ask({{"id", "1"}, {"path", shop.sound("a.wav", 1)}});
    EXPECT_EQ(worker.answer()["event"], "done");
  }
}

TEST(Worker, EachDecoderSeesOneFile) {
  const Workshop shop;
  const auto file = shop.sound("a.wav", 1);
  HandWorker worker(kMeasureOnly);
  worker.hear();
  const pid_t first = decoder_of(worker.pid());
  worker.ask({{"id", "1"}, {"path", file}});
  EXPECT_EQ(worker.answer()["event"], "done");
  ASSERT_TRUE(becomes_true([&] { return !is_running(first); }));
  EXPECT_NE(decoder_of(worker.pid(), first), first);
}

TEST(Worker, ItsDecoderHasGivenUpWhatItDoesNotNeed) {
  HandWorker worker(kMeasureOnly);
  worker.hear();
  const pid_t decoder = decoder_of(worker.pid());
  EXPECT_EQ(status_of(decoder, "Seccomp"), "2") << "a filter";
  EXPECT_EQ(status_of(decoder, "NoNewPrivs"), "1");
  EXPECT_EQ(status_of(decoder, "Threads"), "1");
  // Only root may look into a process that is not dumpable.
  if (::geteuid() == 0) {
    EXPECT_LE(testing::open_files_of(decoder), 4U);
  } else {
    EXPECT_EQ(testing::open_files_of(decoder), 0U);
  }

  HandWorker open({"--model", "", "--no-sandbox"});
  EXPECT_EQ(open.hear()["sandbox"], false);
  EXPECT_EQ(status_of(decoder_of(open.pid()), "Seccomp"), "0");
}

TEST(Worker, WhenTheBrokerDiesSoDoesItsDecoder) {
  const Workshop shop;
  const auto file = shop.long_sound();
  for (const int signal : {SIGKILL, SIGTERM}) {
    HandWorker worker(kMeasureOnly);
    worker.hear();
    worker.ask({{"id", "1"}, {"path", file}});
    EXPECT_EQ(worker.hear()["event"], "decoding");
    const pid_t decoder = decoder_of(worker.pid());
    send_signal(worker.pid(), signal);
    EXPECT_EQ(worker.wait(), 128 + signal);
    EXPECT_TRUE(becomes_true([&] { return !is_running(decoder); }));
  }
}

TEST(Worker, EndsWhenNobodyReadsItsAnswers) {
  const Workshop shop;
  HandWorker worker(kMeasureOnly);
  worker.hear();
  worker.ask({{"id", "1"}, {"path", shop.long_sound()}});
  worker.hear();
  const pid_t decoder = decoder_of(worker.pid());
  worker.close_out();
  EXPECT_EQ(worker.wait(), 0);
  EXPECT_TRUE(becomes_true([&] { return !is_running(decoder); }));
}

TEST(Worker, HostileNamesAreNames) {
  const Workshop shop;
  HandWorker worker(kMeasureOnly);
  worker.hear();
  for (const std::string name : {"new\nline.wav", "{\"event\":\"done\"}.wav", "--model.wav", "\x1B[2J.wav",
                                 " .wav", "%s%n.wav", "ünïcode\xE2\x80\xAE.wav"}) {
    const auto file = shop.sound(name, 1);
    worker.ask({{"id", name}, {"path", file}});
    const Json answer = worker.answer();
    EXPECT_EQ(answer["event"], "done") << name;
    EXPECT_EQ(answer["id"], name);
    EXPECT_EQ(answer["report"]["path"], file.string());
  }
}

}  // namespace
}  // namespace hitscope
