// A program that can reach nothing but the guard, needing no privilege. Linux only.
//
// The walls, put up in the forked child before the program is loaded (nothing of the parent is inherited:
// no environment, no descriptors, no handlers of signals):
//   1. No new privileges, no capabilities, limits of time, file size and descriptors, umask 077; a session of
//      its own, which nothing in it can leave; killed when the thread that started it ends.
//   2. Landlock, where the kernel has it (5.13): reads the system's folders and those it is given, writes its
//      own folder, looks into no process but its own children.
//   3. seccomp. socket() is answered by us: every TCP socket it asks for is made here, connected to the
//      guard's port, and handed over; connect() then says "done" and does nothing. So whatever address the
//      program asks for, its bytes arrive at the guard, and no memory of it is ever read to decide. All other
//      kinds of sockets, listening, io_uring, tracing, namespaces, keys, mounts are refused with an error;
//      signals reach only its own group.
// Wall 3 is what safety rests on: where the kernel cannot do it (before 5.9, gVisor), start() fails.
//
// Sources: seccomp_unotify(2), seccomp(2), landlock(7), capabilities(7), prctl(2).
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace hitscope::egress {

struct ConfinedLimits {  // 0: no limit
  double wall_s = 300;   // exceeded: timeout
  double cpu_s = 120;    // of one process; rounded up to whole seconds. Exceeded: timeout
  std::uint64_t file_bytes = std::uint64_t{1} << 30U;  // of one file
  std::uint64_t memory_bytes = 0;      // address space of one process: V8 wants much, hence no limit
  std::uint64_t open_files = 256;      // of one process
  std::size_t line_bytes = 64 * 1024;  // longer lines of its output are left out
};

struct ConfinedCommand {
  std::vector<std::string> arguments;    // the first is the program: a path
  std::vector<std::string> environment;  // "NAME=value", exactly these
  std::filesystem::path folder;          // it starts there, and may write nowhere else
  // Beside the system's programs, libraries, certificates and settings: the program's own folders.
  std::vector<std::filesystem::path> readable;
  std::uint16_t guard_port = 0;  // on 127.0.0.1: Guard::port()
  ConfinedLimits limits;
};

enum class OutputStream { out, err };

struct ConfinedEnd {
  int status = 0;  // its exit status, or 128 + the signal that ended it
};

// Tries it on a child of its own. Errors: internal, with what is missing.
[[nodiscard]] Result<void> confinement_available();

class ConfinedProcess {
 public:
  // Safe in a program with threads. The process is killed when the calling thread ends: let the same thread
  // wait for it. Errors: internal (no such program, no confinement here: with the reason).
  [[nodiscard]] static Result<ConfinedProcess> start(const ConfinedCommand& command);

  ConfinedProcess(ConfinedProcess&&) noexcept;
  ConfinedProcess& operator=(ConfinedProcess&&) noexcept;
  ~ConfinedProcess();  // kills it and all that it started

  // Blocks until the program has ended, then kills what it left behind; call it once. `on_line` is called for
  // every line of its output, without the line feed; while it runs the program gets no socket, so be quick.
  // Setting `cancelled` ends it within 0.1 s. Errors: timeout, interrupted (cancelled), internal.
  [[nodiscard]] Result<ConfinedEnd> wait(const std::function<void(OutputStream, std::string_view)>& on_line,
                                         const std::atomic<bool>& cancelled);

  [[nodiscard]] pid_t pid() const;  // also its process group's and session's id

 private:
  friend Result<void> confinement_available();
  struct Impl;
  explicit ConfinedProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The version of Landlock that this kernel has; 0: none, and wall 2 is missing.
[[nodiscard]] int landlock_version();

}  // namespace hitscope::egress
