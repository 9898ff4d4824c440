#include "egress/confined_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "core/descriptor.h"
#include "core/line_channel.h"
#include "egress/confined_child.h"
#include "egress/confinement_filter.h"
#include "egress/landlock.h"
#include "egress/socket_supervisor.h"

namespace hitscope::egress {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kBetweenLooks{50};    // at `cancelled`
constexpr milliseconds kToFallSilent{1000};  // what was killed closes its pipes
constexpr milliseconds kToVanish{2000};      // and is reaped

std::string words(int error_number) {
  return std::generic_category().message(error_number);
}

tl::unexpected<Error> cannot_start(std::string_view why, int error_number) {
  return fail(ErrorKind::internal, fmt::format("The program cannot be started: {}.", why),
              words(error_number));
}

std::string_view why_stopped(ChildStep step) {
  switch (step) {
    case ChildStep::listener:
      return "it ended before it began";
    case ChildStep::descriptors:
      return "it cannot let go of its parent's descriptors";
    case ChildStep::folder:
      return "its folder cannot be entered";
    case ChildStep::privileges:
      return "it cannot give up its privileges";
    case ChildStep::landlock:
      return "Landlock refuses its rules";
    case ChildStep::filter:
      return "the system offers no seccomp filter with a listener";
    case ChildStep::program:
      return "there is no such program, or it may not be run";
  }
  return {};
}

struct Pair {
  Descriptor ours;
  Descriptor theirs;
};

std::optional<Pair> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pair{.ours = Descriptor(ends[0]), .theirs = Descriptor(ends[1])};
}

std::optional<Pair> make_control() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return std::nullopt;
  return Pair{.ours = Descriptor(ends[0]), .theirs = Descriptor(ends[1])};
}

struct Heard {
  ChildReport report;
  Descriptor listener;
};

// Nothing when the other side has closed: the program runs, or has ended.
std::optional<Heard> hear(int control) {
  Heard heard;
  iovec piece{.iov_base = &heard.report, .iov_len = sizeof heard.report};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  ssize_t size = 0;
  do size = ::recvmsg(control, &message, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size != static_cast<ssize_t>(sizeof heard.report)) return std::nullopt;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    int number = -1;
    std::memcpy(&number, CMSG_DATA(header), sizeof number);
    heard.listener.reset(number);
  }
  return heard;
}

// As exec wants them: pointers, and a null pointer after the last.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::uint64_t whole_seconds(double seconds) {
  constexpr double kMost = 1e9;  // about 30 years
  return seconds > 0 ? static_cast<std::uint64_t>(std::ceil(std::min(seconds, kMost))) : 0;
}

bool is_readable(const pollfd& looked_at) {
  return (looked_at.revents & (POLLIN | POLLHUP | POLLERR)) != 0;
}

}  // namespace

struct ConfinedProcess::Impl {
  Impl(pid_t its_pid, const ConfinedCommand& command, Descriptor out_pipe, Descriptor err_pipe,
       Descriptor listener)
      : pid(its_pid),
        process(static_cast<int>(::syscall(SYS_pidfd_open, its_pid, 0))),
        out(std::move(out_pipe)),
        err(std::move(err_pipe)),
        out_lines(out.number(), command.limits.line_bytes),
        err_lines(err.number(), command.limits.line_bytes),
        supervisor(std::move(listener), command.guard_port, its_pid),
        wall_s(command.limits.wall_s) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { end(); }

  // Kills the group, which nobody in it can leave, and waits until it is gone. The id of the group stays ours
  // until its leader is reaped, so the signal reaches nobody else.
  int end() {
    if (pid <= 0) return 0;
    ::kill(-pid, SIGKILL);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    // The rest is reaped by init; by us, where we are init, as in a container.
    const auto give_up = SteadyClock::now() + kToVanish;
    while (::kill(-pid, 0) == 0 && SteadyClock::now() < give_up) {
      while (::waitpid(-pid, nullptr, WNOHANG) > 0) {
      }
      std::this_thread::sleep_for(milliseconds(1));
    }
    pid = -1;
    return status;
  }

  // One turn. `time`: to wait for something to happen. True when the process has ended.
  bool turn(milliseconds time, const std::function<void(OutputStream, std::string_view)>& on_line) {
    std::array<pollfd, 4> looked_at{{
        {.fd = out_lines.ended() ? -1 : out.number(), .events = POLLIN, .revents = 0},
        {.fd = err_lines.ended() ? -1 : err.number(), .events = POLLIN, .revents = 0},
        {.fd = supervised ? supervisor.descriptor() : -1, .events = POLLIN, .revents = 0},
        {.fd = process.number(), .events = POLLIN, .revents = 0},
    }};
    if (::poll(looked_at.data(), looked_at.size(), static_cast<int>(time.count())) <= 0) return false;
    if (is_readable(looked_at[2])) supervised = (looked_at[2].revents & POLLIN) != 0 && supervisor.serve();
    if (is_readable(looked_at[0])) read(out_lines, OutputStream::out, on_line);
    if (is_readable(looked_at[1])) read(err_lines, OutputStream::err, on_line);
    return is_readable(looked_at[3]);
  }

  static void read(LineReader& lines, OutputStream stream,
                   const std::function<void(OutputStream, std::string_view)>& on_line) {
    static_cast<void>(lines.fill());
    while (const auto line = lines.take_line()) {
      if (!line->too_long) on_line(stream, line->text);
    }
  }

  // What it said before its end, and what its last words were.
  void read_rest(const std::function<void(OutputStream, std::string_view)>& on_line) {
    const auto give_up = SteadyClock::now() + kToFallSilent;
    ::kill(-pid, SIGKILL);
    process.reset();  // it would always be ready
    while (!(out_lines.ended() && err_lines.ended()) && SteadyClock::now() < give_up)
      turn(kBetweenLooks, on_line);
  }

  pid_t pid;
  Descriptor process;
  Descriptor out;
  Descriptor err;
  LineReader out_lines;
  LineReader err_lines;
  SocketSupervisor supervisor;
  bool supervised = true;
  double wall_s;

  // arguments empty: only try the walls
  static Result<std::unique_ptr<Impl>> launch(const ConfinedCommand& command);
};

Result<std::unique_ptr<ConfinedProcess::Impl>> ConfinedProcess::Impl::launch(const ConfinedCommand& command) {
  auto filter = confinement_filter();
  if (!filter) return tl::unexpected(filter.error());
  const auto landlock = landlock_rules(command.arguments.empty() ? "" : command.folder, command.readable);
  if (!landlock) return tl::unexpected(landlock.error());
  auto out = make_pipe();
  auto err = make_pipe();
  auto control = make_control();
  if (!out || !err || !control) return cannot_start("no descriptors are left", errno);

  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = command.environment;
  const std::vector<char*> argument_pointers = pointers_to(arguments);
  const std::vector<char*> environment_pointers = pointers_to(environment);
  const std::string folder = command.folder;
  const ChildPlan plan{
      .parent = ::getpid(),
      .control = control->theirs.number(),
      .out = out->theirs.number(),
      .err = err->theirs.number(),
      .landlock = landlock->number(),
      .folder = folder.c_str(),
      .filter = *filter,
      .arguments = arguments.empty() ? nullptr : argument_pointers.data(),
      .environment = environment_pointers.data(),
      .cpu_s = whole_seconds(command.limits.cpu_s),
      .file_bytes = command.limits.file_bytes,
      .memory_bytes = command.limits.memory_bytes,
      .open_files = command.limits.open_files,
  };
  const pid_t pid = ::fork();
  if (pid < 0) return cannot_start("the system gives no process", errno);
  if (pid == 0) be_confined_child(plan);
  out->theirs.reset();
  err->theirs.reset();
  control->theirs.reset();

  auto walls = hear(control->ours.number());
  const bool stands = walls && walls->report.step == ChildStep::listener && walls->listener;
  auto impl = std::make_unique<Impl>(pid, command, std::move(out->ours), std::move(err->ours),
                                     stands ? std::move(walls->listener) : Descriptor());
  // From here on it is ended with `impl`. When its program has been loaded, its end of the socket is closed.
  const auto stopped = stands ? hear(control->ours.number()) : std::move(walls);
  if (stopped) return cannot_start(why_stopped(stopped->report.step), stopped->report.error);
  if (!stands) return cannot_start(why_stopped(ChildStep::listener), 0);
  if (!impl->process) return cannot_start("the system does not watch processes", errno);
  return impl;
}

Result<ConfinedProcess> ConfinedProcess::start(const ConfinedCommand& command) {
  if (command.arguments.empty()) return cannot_start("it has no name", EINVAL);
  auto impl = Impl::launch(command);
  if (!impl) return tl::unexpected(impl.error());
  return ConfinedProcess(std::move(*impl));
}

ConfinedProcess::ConfinedProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ConfinedProcess::ConfinedProcess(ConfinedProcess&&) noexcept = default;
ConfinedProcess& ConfinedProcess::operator=(ConfinedProcess&&) noexcept = default;
ConfinedProcess::~ConfinedProcess() = default;

pid_t ConfinedProcess::pid() const {
  return impl_->pid;
}

Result<ConfinedEnd> ConfinedProcess::wait(const std::function<void(OutputStream, std::string_view)>& on_line,
                                          const std::atomic<bool>& cancelled) {
  constexpr double kThirtyYears = 1e9;
  const double wall_s = impl_->wall_s > 0 ? std::min(impl_->wall_s, kThirtyYears) : kThirtyYears;
  const auto deadline = SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(
                                                 std::chrono::duration<double>(wall_s));
  while (!impl_->turn(kBetweenLooks, on_line)) {
    if (cancelled) {
      impl_->end();
      return fail(ErrorKind::interrupted, "It was cancelled.");
    }
    if (SteadyClock::now() >= deadline) {
      impl_->end();
      return fail(ErrorKind::timeout, "It took too long.", fmt::format("more than {} s", wall_s));
    }
  }
  impl_->read_rest(on_line);
  const int status = impl_->end();
  if (WIFEXITED(status)) return ConfinedEnd{.status = WEXITSTATUS(status)};
  if (WTERMSIG(status) == SIGXCPU) return fail(ErrorKind::timeout, "It used up its processor time.");
  constexpr int kBySignal = 128;
  return ConfinedEnd{.status = kBySignal + WTERMSIG(status)};
}

Result<void> confinement_available() {
  // Somewhere for its socket to lead.
  const Descriptor listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (!listening || ::bind(listening.number(), name, sizeof address) != 0 ||
      ::listen(listening.number(), 1) != 0 || ::getsockname(listening.number(), name, &size) != 0)
    return fail(ErrorKind::internal, "Nothing can listen on 127.0.0.1.", words(errno));
  ConfinedCommand command;
  command.folder = "/";
  command.guard_port = ntohs(address.sin_port);
  constexpr double kPatience = 10;
  command.limits.wall_s = kPatience;
  auto impl = ConfinedProcess::Impl::launch(command);
  if (!impl) return tl::unexpected(impl.error());
  const std::atomic<bool> never{false};
  const auto end = ConfinedProcess(std::move(*impl)).wait([](OutputStream, std::string_view) {}, never);
  if (!end) return tl::unexpected(end.error());
  if (end->status != 0)
    return fail(ErrorKind::internal,
                "Programs cannot be confined here: their sockets cannot be led to the guard.",
                fmt::format("status {}", end->status));
  return {};
}

}  // namespace hitscope::egress
