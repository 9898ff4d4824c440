// Tries the sandbox by doing what it forbids, each attempt in a process of its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "core/descriptor.h"
#include "core/line_channel.h"
#include "ingest/sandbox.h"
#include "ingest/worker.h"

namespace hitscope {
namespace {

// Exit statuses of an attempt.
constexpr int kDenied = 0;
constexpr int kPermitted = 1;
constexpr int kNoSandbox = 2;

int denied_if(bool failed) {
  return failed && errno == EPERM ? kDenied : kPermitted;
}

int open_a_file() {
  return denied_if(::open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0);
}

int make_a_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return denied_if(child < 0);
}

int make_executable_memory() {
  void* const page =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return denied_if(page == MAP_FAILED);
}

int open_a_socket() {
  return denied_if(::socket(AF_INET, SOCK_STREAM, 0) < 0);
}

int start_a_program() {
  std::array<char*, 1> none{};
  ::execve("/bin/true", none.data(), none.data());
  return denied_if(true);
}

int signal_the_parent() {
  return denied_if(::kill(::getppid(), 0) < 0);
}

int keep_the_network() {
  return leave_namespaces() ? kDenied : kPermitted;
}

struct Attempt {
  const char* words = "";
  int (*act)() = nullptr;
  bool sealed = true;
};

constexpr std::array kAttempts{
    Attempt{"open a file", open_a_file},
    Attempt{"make a process", make_a_process},
    Attempt{"make executable memory", make_executable_memory},
    Attempt{"open a socket", open_a_socket},
    Attempt{"start a program", start_a_program},
    Attempt{"signal its parent", signal_the_parent},
};

struct Outcome {
  int status = kNoSandbox;
  std::string reason;
};

[[noreturn]] void act(const Attempt& attempt, int socket, pid_t parent) {
  const int out = shed_surroundings(socket);
  bind_to_parent(parent);
  if (attempt.sealed) {
    if (const Result<void> sealed = seal(); !sealed) {
      static_cast<void>(write_all(out, sealed.error().message + " " + sealed.error().detail));
      ::_exit(kNoSandbox);
    }
  }
  ::_exit(attempt.act());
}

Outcome try_out(const Attempt& attempt) {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return {};
  Descriptor ours(pair[0]);
  Descriptor theirs(pair[1]);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return {kNoSandbox, "No process can be started."};
  if (child == 0) act(attempt, theirs.number(), parent);
  theirs.reset();
  LineReader reader(ours.number(), 4096);
  while (reader.fill()) {
  }
  Outcome outcome;
  if (auto line = reader.take_line()) outcome.reason = std::move(line->text);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) outcome.status = kDenied;
  return outcome;
}

}  // namespace

SandboxCheck check_sandbox() {
  for (const Attempt& attempt : kAttempts) {
    const Outcome outcome = try_out(attempt);
    if (outcome.status == kDenied) continue;
    if (outcome.status == kPermitted) return {false, fmt::format("It lets a decoder {}.", attempt.words)};
    return {false, outcome.reason.empty() ? "The sandbox cannot be tried out here." : outcome.reason};
  }
  const bool apart = try_out({"keep the network", keep_the_network, false}).status == kDenied;
  return {true, fmt::format("decoders have no files, network, programs, processes or executable memory "
                            "(seccomp){}",
                            apart ? ", and namespaces of their own" : "; namespaces are not allowed here")};
}

}  // namespace hitscope
