#include "ingest/worker_process.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "core/base64.h"
#include "core/descriptor.h"
#include "core/line_channel.h"
#include "ingest/protocol.h"
#include "report/json_layout.h"
#include "report/plain_text.h"

namespace hitscope {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kBetweenLooks = milliseconds(50);  // at `cancelled`
constexpr auto kTimeToEnd = milliseconds(500);
constexpr auto kTimeToStart = std::chrono::seconds(60);
constexpr auto kTimeBeyondLimit = std::chrono::seconds(10);  // in which the broker should have said "timeout"

// What a worker may know of our environment: where models are, how its libraries are found, and what
// sanitizers are told. Secrets of the server stay with the server.
constexpr std::array<std::string_view, 8> kEnvironment{
    "HITSCOPE_MODELS", "PATH",          "LD_LIBRARY_PATH", "LANG",
    "ASAN_OPTIONS",    "UBSAN_OPTIONS", "LSAN_OPTIONS",    "TSAN_OPTIONS"};

std::vector<std::string> reduced_environment() {
  std::vector<std::string> kept;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('='));
    if (std::ranges::find(kEnvironment, name) != kEnvironment.end()) kept.emplace_back(text);
  }
  return kept;
}

// As the command line wants it, which takes no zero for "no limit".
std::string seconds(double limit) {
  constexpr double kThirtyYears = 1e9;
  return fmt::format("{}", limit > 0 ? std::min(limit, kThirtyYears) : kThirtyYears);
}

std::vector<std::string> command_line(const WorkerOptions& options) {
  const WorkLimits& limits = options.limits;
  std::vector<std::string> words{"hitscope",      "worker",
                                 "--model",       options.model,
                                 "--timeout",     seconds(limits.wall_s),
                                 "--cpu-seconds", seconds(limits.cpu_s),
                                 "--memory",      fmt::format("{}", limits.memory_bytes),
                                 "--max-bytes",   fmt::format("{}", limits.max_bytes),
                                 "--max-seconds", fmt::format("{}", limits.max_audio_s)};
  if (!options.sandbox) words.emplace_back("--no-sandbox");
  return words;
}

// As exec wants them: pointers, and a null pointer after the last.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&value_);
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&value_, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&value_, &signals);
    posix_spawnattr_setpgroup(&value_, 0);
    posix_spawnattr_setflags(&value_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { posix_spawnattr_destroy(&value_); }
  [[nodiscard]] const posix_spawnattr_t* get() const { return &value_; }

 private:
  posix_spawnattr_t value_{};
};

class SpawnActions {
 public:
  explicit SpawnActions(int socket) {
    posix_spawn_file_actions_init(&value_);
    posix_spawn_file_actions_adddup2(&value_, socket, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&value_, socket, STDOUT_FILENO);
    // Also what another thread has just accepted and not yet marked to be closed.
    posix_spawn_file_actions_addclosefrom_np(&value_, STDERR_FILENO + 1);
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&value_); }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &value_; }

 private:
  posix_spawn_file_actions_t value_{};
};

tl::unexpected<Error> cannot_start(std::string detail) {
  return fail(ErrorKind::internal, "A worker process cannot be started.", std::move(detail));
}

tl::unexpected<Error> broken_protocol(std::string_view what) {
  return fail(ErrorKind::internal, "The worker process does not keep to the protocol.", std::string(what));
}

std::string words_of_end(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("exit status {}", WEXITSTATUS(status));
  const char* const words = sigdescr_np(WTERMSIG(status));
  return fmt::format("killed by signal {} ({})", WTERMSIG(status), words != nullptr ? words : "unknown");
}

std::string text_at(const OrderedJson& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

// One socket is the worker's stdin and stdout: writing to a socket can be told to raise no SIGPIPE, and both
// ends close on exec, so that workers started by several threads at once do not hold each other's open.
struct WorkerProcess::Impl {
  explicit Impl(WorkerOptions given) : options(std::move(given)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { stop(); }

  Result<void> start(const std::atomic<bool>& cancelled) {
    if (pid > 0 && has_ended()) stop();
    if (pid > 0) return {};
    if (Result<void> spawned = spawn(); !spawned) return spawned;
    if (started_once) ++restarts;
    started_once = true;
    Result<void> greeted = greet(cancelled);
    if (!greeted) stop();
    return greeted;
  }

  Result<void> spawn() {
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
      return cannot_start(std::generic_category().message(errno));
    }
    socket.reset(pair[0]);
    const Descriptor theirs(pair[1]);
    std::vector<std::string> words = command_line(options);
    std::vector<std::string> environment = reduced_environment();
    const std::filesystem::path program = options.program.empty() ? "/proc/self/exe" : options.program;
    const SpawnActions actions(theirs.number());
    const SpawnAttributes attributes;
    const int failed = posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(),
                                   pointers_to(words).data(), pointers_to(environment).data());
    if (failed != 0) {
      pid = -1;
      return cannot_start(std::generic_category().message(failed));
    }
    lines.emplace(socket.number(), kMaxAnswerBytes);
    // The whole group, in case its decoder is there already.
    const int niceness = ::getpriority(PRIO_PROCESS, 0) + options.nice;
    ::setpriority(PRIO_PGRP, static_cast<id_t>(pid), niceness);
    return {};
  }

  Result<void> greet(const std::atomic<bool>& cancelled) {
    const Result<OrderedJson> line = next_line(cancelled, Clock::now() + kTimeToStart);
    if (!line) {
      if (line.error().kind == ErrorKind::timeout) return cannot_start("it does not answer");
      return tl::unexpected(line.error());
    }
    const std::string event = text_at(*line, "event");
    if (event == "ready") return {};
    if (event != "refused" || !line->contains("error")) return broken_protocol("no greeting");
    std::optional<Error> error = parse_error(line->at("error"));
    if (!error) return broken_protocol("refused for no known reason");
    return tl::unexpected(std::move(*error));
  }

  // Errors: interrupted (cancelled, or the worker is gone), timeout (the deadline has passed), internal.
  Result<OrderedJson> next_line(const std::atomic<bool>& cancelled,
                                std::optional<Clock::time_point> deadline) {
    while (true) {
      if (cancelled) return fail(ErrorKind::interrupted, "Stopped before the track was measured.");
      if (const auto line = lines->take_line()) {
        if (line->too_long) return broken_protocol("a line without end");
        OrderedJson json = OrderedJson::parse(line->text, nullptr, false);
        if (!json.is_object()) return broken_protocol("a line that is no JSON object");
        return json;
      }
      if (lines->ended()) return tl::unexpected(gone());
      if (deadline && Clock::now() > *deadline) {
        return fail(ErrorKind::timeout, "The worker process did not answer in time.");
      }
      if (wait_readable(socket.number(), kBetweenLooks)) static_cast<void>(lines->fill());
    }
  }

  Error gone() {
    const std::string how = words_of_end(stop());
    return {ErrorKind::interrupted, "The worker process ended before the track was measured.", how};
  }

  Result<WorkAnswer> run(const WorkRequest& request, const std::function<void(const WorkProgress&)>& progress,
                         const std::atomic<bool>& cancelled) {
    if (Result<void> started = hand_over(request, cancelled); !started) {
      return tl::unexpected(std::move(started.error()));
    }
    std::optional<Clock::time_point> deadline;
    if (options.limits.wall_s > 0) {
      constexpr double kMostSeconds = 1e9;  // about 30 years, which the clock can count
      const std::chrono::duration<double> limit(std::min(options.limits.wall_s, kMostSeconds));
      deadline = Clock::now() + std::chrono::ceil<milliseconds>(limit) + kTimeBeyondLimit;
    }
    const std::string id = well_formed_utf8(request.id);
    bool begun = false;
    bool again = false;
    while (true) {
      Result<OrderedJson> line = next_line(cancelled, deadline);
      // Killed while it waited, so lately that the request could still be written: no fault of the request.
      if (!line && pid <= 0 && !begun && !again && !cancelled) {
        again = true;
        if (Result<void> started = hand_over(request, cancelled); !started) {
          return tl::unexpected(std::move(started.error()));
        }
        continue;
      }
      if (!line) return tl::unexpected(std::move(line.error()));
      begun = true;
      const std::string event = text_at(*line, "event");
      // A request of which not even the id could be read is answered without one.
      if (text_at(*line, "id") != id && !(event == "failed" && line->at("id").is_null())) {
        return broken_protocol("an answer to another request");
      }
      if (event == "done") return finish(*line, request);
      if (event == "failed") return failure(*line);
      report_progress(event, *line, progress);
    }
  }

  Result<void> hand_over(const WorkRequest& request, const std::atomic<bool>& cancelled) {
    const std::string line = request_line(request);
    if (Result<void> started = start(cancelled); !started) return started;
    if (write_all(socket.number(), line)) return {};
    // It died while it had nothing to do: that is no fault of this request.
    stop();
    if (Result<void> started = start(cancelled); !started) return started;
    if (!write_all(socket.number(), line)) return tl::unexpected(gone());
    return {};
  }

  Result<WorkAnswer> finish(const OrderedJson& line, const WorkRequest& request) {
    const auto report = line.find("report");
    if (report == line.end() || !report->is_object()) return broken_protocol("no report");
    WorkAnswer answer;
    answer.report = compact_json(*report);
    if (request.frames) {
      auto frames = from_base64(text_at(line, "frames"));
      if (!frames || frames->empty()) return broken_protocol("no frames");
      answer.frames = std::move(*frames);
    }
    idle = true;
    return answer;
  }

  Result<WorkAnswer> failure(const OrderedJson& line) {
    const auto found = line.find("error");
    std::optional<Error> error = found != line.end() ? parse_error(*found) : std::nullopt;
    if (!error) return broken_protocol("an error of no known type");
    idle = true;
    return tl::unexpected(std::move(*error));
  }

  static void report_progress(const std::string& event, const OrderedJson& line,
                              const std::function<void(const WorkProgress&)>& progress) {
    if (!progress) return;
    WorkProgress now;
    if (event == "measuring") {
      now.stage = WorkProgress::Stage::measuring;
      const auto number = [&](const char* key) -> std::optional<double> {
        const auto found = line.find(key);
        if (found == line.end() || !found->is_number()) return std::nullopt;
        return found->get<double>();
      };
      now.done_s = number("done_s").value_or(0);
      now.known_s = number("known_s");
    } else if (event == "voting") {
      now.stage = WorkProgress::Stage::voting;
    } else if (event != "decoding") {
      return;  // a newer worker may say more
    }
    progress(now);
  }

  // Ends the worker and all it has started. Returns how it ended, as waitpid tells it.
  int stop() {
    if (pid <= 1) return 0;  // kill(-1) would mean every process there is
    // One that is ending by itself is let go, so that its own reason can be told.
    if (lines && lines->ended()) await_end(kTimeToEnd);
    // While it is not waited for, its number and that of its group cannot be anyone else's.
    ::kill(-pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    // Where we are the system's first process, as in a container, its orphans are ours to bury.
    while (::waitpid(-pid, nullptr, 0) > 0 || errno == EINTR) {
    }
    pid = -1;
    lines.reset();
    socket.reset();
    return status;
  }

  [[nodiscard]] bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid;
  }

  void await_end(milliseconds time) const {
    const Clock::time_point deadline = Clock::now() + time;
    while (!has_ended() && Clock::now() < deadline) std::this_thread::sleep_for(milliseconds(1));
  }

  WorkerOptions options;
  pid_t pid = -1;
  Descriptor socket;
  std::optional<LineReader> lines;
  bool idle = true;  // whether all that was asked for has been answered
  bool started_once = false;
  std::uint64_t restarts = 0;
};

WorkerProcess::WorkerProcess(WorkerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
WorkerProcess::WorkerProcess(WorkerProcess&&) noexcept = default;
WorkerProcess& WorkerProcess::operator=(WorkerProcess&&) noexcept = default;
WorkerProcess::~WorkerProcess() = default;

Result<void> WorkerProcess::start() {
  const std::atomic<bool> never{false};
  return impl_->start(never);
}

Result<WorkAnswer> WorkerProcess::run(const WorkRequest& request,
                                      const std::function<void(const WorkProgress&)>& progress,
                                      const std::atomic<bool>& cancelled) {
  // Whatever way a job ends without its answer, the worker may still be at it.
  struct StopUnlessIdle {
    Impl& impl;
    ~StopUnlessIdle() {
      if (!impl.idle) impl.stop();
    }
  };
  impl_->idle = false;
  const StopUnlessIdle guard{*impl_};
  return impl_->run(request, progress, cancelled);
}

std::optional<pid_t> WorkerProcess::pid() const {
  return impl_->pid > 0 ? std::optional(impl_->pid) : std::nullopt;
}

std::uint64_t WorkerProcess::restarts() const {
  return impl_->restarts;
}

}  // namespace hitscope
