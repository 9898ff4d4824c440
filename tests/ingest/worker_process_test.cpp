#include "ingest/worker_process.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "audio/fixtures.h"
#include "core/random.h"
#include "ingest/workshop.h"

namespace hitscope {
namespace {

namespace fs = std::filesystem;
using testing::becomes_true;
using testing::children_of;
using testing::is_running;
using testing::Workshop;

const std::atomic<bool> kGoOn{false};

WorkerOptions with_model() {
  WorkerOptions options;
  options.model = testing::model_file();
  return options;
}

WorkerOptions measure_only() {
  WorkerOptions options;
  options.model = "";
  return options;
}

WorkRequest request_for(const fs::path& file) {
  WorkRequest request;
  request.id = "1";
  request.file = file;
  return request;
}

std::string outcome_of(WorkerProcess& worker, const fs::path& file) {
  const auto answer = worker.run(request_for(file), {}, kGoOn);
  return answer ? "done" : std::string(type_name(answer.error().kind));
}

fs::path write_bytes(const Workshop& shop, std::string_view name, const testing::Bytes& bytes) {
  return shop.write(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

TEST(WorkerProcess, EveryDecoderGivesTheSameBytesAsTheDirectWay) {
  const Workshop shop;
  std::vector<fs::path> files;
  for (const char* name : {"a.wav", "a.mp3", "a.flac", "a.ogg", "a.opus", "a.aiff"}) {
    files.push_back(shop.sound(name));
  }
  const std::vector<float> tones = testing::tones(44100, 2, 3.0);
  for (const auto& [muxer, encoder] :
       {std::pair{"mp4", "aac"}, std::pair{"adts", "aac"}, std::pair{"mp4", "alac"},
        std::pair{"asf", "wmav2"}, std::pair{"matroska", "flac"}, std::pair{"tta", "tta"},
        std::pair{"wv", "wavpack"}}) {
    const testing::Bytes bytes = testing::encode_by_ffmpeg(tones, 44100, 2, muxer, encoder);
    if (bytes.empty()) continue;
    files.push_back(write_bytes(shop, std::string(muxer) + "." + encoder, bytes));
  }
  ASSERT_GT(files.size(), 6U) << "this FFmpeg encodes nothing";
  WorkerProcess worker(with_model());
  for (const fs::path& file : files) {
    const auto answer = worker.run(request_for(file), {}, kGoOn);
    ASSERT_TRUE(answer) << file << ": " << answer.error().message << answer.error().detail;
    EXPECT_EQ(answer->report, testing::direct_report(file, true));
    EXPECT_EQ(answer->frames, testing::direct_frames(file));
  }
  EXPECT_EQ(worker.restarts(), 0U);
}

TEST(WorkerProcess, TellsHowFarItIs) {
  const Workshop shop;
  WorkerProcess worker(with_model());
  std::vector<WorkProgress> heard;
  WorkRequest request = request_for(shop.sound("a.wav", 20));
  request.name = "n";
  request.frames = false;
  const auto answer =
      worker.run(request, [&](const WorkProgress& progress) { heard.push_back(progress); }, kGoOn);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->frames.empty());
  EXPECT_TRUE(answer->report.starts_with(R"({"path":"n")"));
  ASSERT_GE(heard.size(), 3U);
  EXPECT_EQ(heard.front().stage, WorkProgress::Stage::decoding);
  EXPECT_EQ(heard[1].stage, WorkProgress::Stage::measuring);
  EXPECT_EQ(heard[1].known_s, 20.0);
  EXPECT_EQ(heard.back().stage, WorkProgress::Stage::voting);
}

TEST(WorkerProcess, ErrorsKeepTheirKinds) {
  const Workshop shop;
  WorkerProcess worker(measure_only());
  EXPECT_EQ(outcome_of(worker, shop / "missing"), "not-found");
  EXPECT_EQ(outcome_of(worker, shop / "."), "unreadable");
  EXPECT_EQ(outcome_of(worker, shop.write("page", "<html></html>")), "unsupported-format");
  EXPECT_EQ(outcome_of(worker, shop.write("a.wav", "")), "too-short");
  EXPECT_EQ(outcome_of(worker, ""), "internal") << "names no file";
  EXPECT_EQ(outcome_of(worker, std::string(100000, 'x')), "too-large") << "a request too long";
  EXPECT_EQ(outcome_of(worker, shop.sound("b.wav", 1)), "done");
  EXPECT_EQ(worker.restarts(), 0U);

  WorkerOptions hurried = measure_only();
  hurried.limits.wall_s = 0.2;
  WorkerProcess hurried_worker(hurried);
  EXPECT_EQ(outcome_of(hurried_worker, shop.long_sound()), "timeout");
}

TEST(WorkerProcess, ThatCannotStartSaysWhy) {
  const Workshop shop;
  WorkerOptions options = measure_only();
  options.model = shop.write("model", "no model");
  EXPECT_EQ(WorkerProcess(options).start().error().kind, ErrorKind::model_invalid);
  options.model = shop / "missing";
  EXPECT_EQ(WorkerProcess(options).start().error().kind, ErrorKind::not_found);
  options.program = shop / "missing";
  EXPECT_EQ(WorkerProcess(options).start().error().kind, ErrorKind::internal);
  options.program = "/bin/true";
  WorkerProcess no_worker(options);
  EXPECT_NE(no_worker.start().error().detail, "");
  EXPECT_FALSE(no_worker.pid());
  options.program = "/bin/echo";
  EXPECT_EQ(WorkerProcess(options).start().error().kind, ErrorKind::internal);
}

TEST(WorkerProcess, ABrokerKilledMidJobCostsThatJobOnly) {
  const Workshop shop;
  WorkerProcess worker(measure_only());
  ASSERT_TRUE(worker.start());
  const auto broker = worker.pid().value();
  const auto answer = worker.run(
      request_for(shop.long_sound()), [&](const WorkProgress&) { testing::send_signal(broker, SIGKILL); },
      kGoOn);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::interrupted);
  EXPECT_NE(answer.error().detail.find("signal 9"), std::string::npos) << answer.error().detail;
  EXPECT_FALSE(worker.pid());
  EXPECT_EQ(outcome_of(worker, shop.sound("a.wav", 1)), "done");
  EXPECT_EQ(worker.restarts(), 1U);
}

TEST(WorkerProcess, ABrokerKilledWhileItWaitsCostsNothing) {
  const Workshop shop;
  WorkerProcess worker(measure_only());
  ASSERT_TRUE(worker.start());
  const auto kill_it = [&] {
    const pid_t broker = worker.pid().value();
    testing::send_signal(broker, SIGKILL);
    EXPECT_TRUE(becomes_true([&] { return !is_running(broker); }));
  };
  kill_it();
  EXPECT_EQ(outcome_of(worker, shop.sound("a.wav", 1)), "done");
  kill_it();
  EXPECT_TRUE(worker.start());
  EXPECT_TRUE(is_running(worker.pid().value()));
  EXPECT_EQ(worker.restarts(), 2U);
}

TEST(WorkerProcess, CancellingEndsTheJobSoon) {
  const Workshop shop;
  const auto file = shop.long_sound();
  WorkerProcess worker(measure_only());
  ASSERT_TRUE(worker.start());
  const pid_t broker = worker.pid().value();
  std::atomic<bool> cancelled{false};
  const auto started = std::chrono::steady_clock::now();
  const auto answer = worker.run(
      request_for(file),
      [&](const WorkProgress& progress) {
        if (progress.stage == WorkProgress::Stage::measuring) cancelled = true;
      },
      cancelled);
  // Well below what the job would take, well above what a busy machine needs.
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::interrupted);
  EXPECT_FALSE(is_running(broker));
  EXPECT_EQ(outcome_of(worker, shop.sound("a.wav", 1)), "done");
}

TEST(WorkerProcess, CancellingEndsTheJobOfAWorkerThatWasReplaced) {
  const Workshop shop;
  const auto file = shop.long_sound();
  WorkerProcess worker(measure_only());
  ASSERT_TRUE(worker.start());
  const pid_t first = worker.pid().value();
  ::kill(first, SIGKILL);
  std::atomic<bool> cancelled{false};
  const auto answer = worker.run(
      request_for(file),
      [&](const WorkProgress& progress) {
        if (progress.stage == WorkProgress::Stage::measuring) cancelled = true;
      },
      cancelled);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::interrupted);
  EXPECT_EQ(worker.restarts(), 1U);
  EXPECT_EQ(worker.pid(), std::nullopt) << "it would still be at the cancelled job";
  EXPECT_EQ(outcome_of(worker, shop.sound("a.wav", 1)), "done");
}

TEST(WorkerProcess, AnExceptionOfTheListenerLeavesNoJobBehind) {
  const Workshop shop;
  WorkerProcess worker(measure_only());
  const auto file = shop.sound("a.wav", 1);
  EXPECT_THROW(static_cast<void>(worker.run(
                   request_for(file), [](const WorkProgress&) { throw std::runtime_error("mine"); }, kGoOn)),
               std::runtime_error);
  EXPECT_FALSE(worker.pid());
  EXPECT_EQ(outcome_of(worker, file), "done");
}

TEST(WorkerProcess, EndsWithAllItStarted) {
  const std::size_t before = children_of(::getpid()).size();
  std::vector<pid_t> family;
  {
    WorkerProcess worker(measure_only());
    ASSERT_TRUE(worker.start());
    family = children_of(worker.pid().value());
    family.push_back(worker.pid().value());
    EXPECT_EQ(family.size(), 2U);
    WorkerProcess moved(std::move(worker));
    EXPECT_TRUE(is_running(moved.pid().value()));
  }
  for (const pid_t process : family) EXPECT_TRUE(becomes_true([&] { return !is_running(process); }));
  EXPECT_EQ(children_of(::getpid()).size(), before) << "no zombie either";
}

TEST(WorkerProcess, NamesOfAnyBytes) {
  const Workshop shop;
  const auto sound = shop.sound("a.wav", 1);
  const fs::path file = shop / "any\xFF\xFE\n.wav";
  fs::copy_file(sound, file);
  WorkerProcess worker(measure_only());
  WorkRequest request = request_for(file);
  request.id = "\xFF";
  const auto answer = worker.run(request, {}, kGoOn);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->report, testing::direct_report(file, false));
}

TEST(WorkerProcess, KnowsLittleOfUsAndYields) {
  ::setenv("HITSCOPE_TEST_SECRET", "password", 1);
  WorkerOptions options = measure_only();
  options.nice = 7;
  WorkerProcess worker(options);
  ASSERT_TRUE(worker.start());
  ::unsetenv("HITSCOPE_TEST_SECRET");
  const pid_t broker = worker.pid().value();
  std::ifstream file("/proc/" + std::to_string(broker) + "/environ");
  const std::string environment{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(environment.find("SECRET"), std::string::npos);
  EXPECT_EQ(::getpriority(PRIO_PROCESS, static_cast<id_t>(broker)),
            std::min(19, ::getpriority(PRIO_PROCESS, 0) + 7));
  EXPECT_EQ(::getpgid(broker), broker);
}

TEST(WorkerProcess, TwoHundredJobsLeaveNothingBehind) {
  const Workshop shop;
  const auto good = shop.sound("a.wav", 0.5);
  const auto bad = shop.write("bad.flac", "fLaC");
  WorkerProcess worker(measure_only());
  ASSERT_TRUE(worker.start());
  const std::size_t children = children_of(::getpid()).size();
  const std::size_t ours = testing::open_files_of(::getpid());
  const std::size_t theirs = testing::kept_files_of(worker.pid().value());
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(outcome_of(worker, i % 3 == 0 ? bad : good), i % 3 == 0 ? "corrupt" : "done");
  }
  EXPECT_EQ(testing::open_files_of(::getpid()), ours);
  EXPECT_TRUE(becomes_true([&] { return testing::open_files_of(worker.pid().value()) == theirs; }));
  EXPECT_TRUE(becomes_true([&] { return children_of(worker.pid().value()).size() == 1; }));
  EXPECT_EQ(children_of(::getpid()).size(), children);
  EXPECT_EQ(worker.restarts(), 0U);
}

TEST(WorkerProcess, ManyAtOnceDoNotHoldEachOther) {
  const Workshop shop;
  const auto file = shop.sound("a.wav", 1);
  std::size_t files_of_one = 0;
  {
    WorkerProcess alone(measure_only());
    EXPECT_EQ(outcome_of(alone, file), "done");
    EXPECT_TRUE(becomes_true([&] { return children_of(alone.pid().value()).size() == 1; }));
    files_of_one = testing::kept_files_of(alone.pid().value());
  }
  constexpr std::size_t kWorkers = 6;
  std::vector<std::unique_ptr<WorkerProcess>> workers(kWorkers);
  std::vector<std::string> outcomes(kWorkers);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kWorkers; ++i) {
    threads.emplace_back([&, i] {
      workers[i] = std::make_unique<WorkerProcess>(measure_only());
      outcomes[i] = outcome_of(*workers[i], file);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& outcome : outcomes) EXPECT_EQ(outcome, "done");
  for (const auto& worker : workers) {
    const pid_t broker = worker->pid().value();
    EXPECT_TRUE(becomes_true([&] { return testing::open_files_of(broker) == files_of_one; }))
        << testing::open_files_of(broker) << " instead of " << files_of_one;
  }
}

TEST(WorkerProcess, DamagedFilesNeverHarmTheBroker) {
  const Workshop shop;
  Random random(11);
  WorkerProcess worker(measure_only());
  for (const char* name : {"a.wav", "a.mp3", "a.flac", "a.ogg", "a.opus"}) {
    std::ifstream file(shop.sound(name, 1), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    for (int i = 0; i < 6; ++i) {
      std::string damaged = whole.substr(0, i % 2 == 0 ? random.below(whole.size()) : whole.size());
      for (int flips = 0; flips < 20 * i && !damaged.empty(); ++flips) {
        damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
      }
      const std::string outcome = outcome_of(worker, shop.write("damaged", damaged));
      EXPECT_TRUE(outcome != "internal" && outcome != "interrupted") << name << " " << outcome;
    }
  }
  EXPECT_EQ(worker.restarts(), 0U);
}

TEST(WorkerProcess, TheOddFilesOfTheReferenceMaterial) {
  const fs::path folder = testing::shared_audio() / "odd";
  if (!fs::exists(folder)) GTEST_SKIP() << "no reference material";
  WorkerProcess worker(measure_only());
  std::size_t done = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto answer = worker.run(request_for(entry.path()), {}, kGoOn);
    if (answer) {
      ++done;
      EXPECT_EQ(answer->report, testing::direct_report(entry.path(), false));
    } else {
      const ErrorKind kind = answer.error().kind;
      EXPECT_TRUE(kind == ErrorKind::unsupported_format || kind == ErrorKind::corrupt ||
                  kind == ErrorKind::too_short || kind == ErrorKind::no_signal)
          << entry.path() << ": " << answer.error().message << " " << answer.error().detail;
      EXPECT_EQ(answer.error().detail.find("signal"), std::string::npos) << entry.path();
    }
  }
  EXPECT_GT(done, 40U);
  EXPECT_EQ(worker.restarts(), 0U);
}

}  // namespace
}  // namespace hitscope
