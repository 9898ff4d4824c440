// The forked child's way from fork to exec (confined_process.h): everything is prepared before, since after
// the fork of a program with threads nothing may be allocated and no lock be taken.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <span>

namespace hitscope::egress {

// Where it stopped, as it tells its parent over the control socket.
enum class ChildStep : int { listener, descriptors, folder, privileges, landlock, filter, program };

struct ChildReport {
  ChildStep step =
      ChildStep::listener;  // `listener`: all walls stand, the descriptor comes with this message
  int error = 0;
};

struct ChildPlan {
  pid_t parent = 0;
  int control = -1;  // a socket of packets
  int out = -1;
  int err = -1;
  int landlock = -1;  // -1: none
  const char* folder = nullptr;
  std::span<sock_filter> filter;
  char* const* arguments = nullptr;  // null: only try the walls
  char* const* environment = nullptr;
  std::uint64_t cpu_s = 0;  // of all: 0 is no limit
  std::uint64_t file_bytes = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t open_files = 0;
};

[[noreturn]] void be_confined_child(const ChildPlan& plan);

}  // namespace hitscope::egress
