// What a process gives up before it sees the first untrusted byte. Linux only.
//
// Steps, in this order, each for a freshly forked process that has one thread:
//   1. shed_surroundings: nothing inherited but one socket: no files, no handlers of signals.
//   2. leave_namespaces: no network interface, no System V objects. Best effort: containers often forbid it.
//   3. bind_to_parent: dies with its parent, cannot gain privileges, cannot be looked into.
//   4. limit_resources: memory, processor time, nothing written to files, no core dump.
//   5. seal: from here on the kernel answers only the system calls of a short list (seccomp): memory, time,
//      reading and writing what is already open. Opening a file is refused (EPERM); what only an attacker
//      would try (starting a program, opening a socket, tracing, signalling another) ends the process.
// Step 5 alone is what safety rests on; the others are a second wall behind it.
//
// Sources: seccomp(2), seccomp_rule_add(3), prctl(2), setrlimit(2), user_namespaces(7).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

#include "core/error.h"

namespace hitscope {

// Sanitizers map terabytes that they never touch and write their findings to stderr.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

struct ResourceLimits {
  std::uint64_t memory_bytes = 0;  // on top of what the process has mapped already; 0: no limit
  double cpu_s = 0;                // rounded up to whole seconds, which is all the kernel counts; 0: no limit
};

// The socket moves to the descriptor that is returned; 0, 1 and 2 are /dev/null (stderr stays in builds with
// sanitizers). Signals get their default actions.
[[nodiscard]] int shed_surroundings(int socket);

// Whether it worked.
bool leave_namespaces();

// `parent`: its process id, taken before the fork. Ends the process if the parent is already gone.
void bind_to_parent(pid_t parent);

void limit_resources(const ResourceLimits& limits);

// Irrevocable. Errors: internal (no seccomp here: with the reason).
[[nodiscard]] Result<void> seal();

}  // namespace hitscope
