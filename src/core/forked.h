// What a forked process sets up before it serves strangers' bytes or becomes another program. Nothing here
// allocates or locks: it may be called between fork and exec.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdint>

namespace hitscope {

// As a program expects to be started: every signal does the usual, none is blocked.
inline void reset_signals() {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  sigemptyset(&usual.sa_mask);
  for (int number = 1; number < NSIG; ++number) sigaction(number, &usual, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// In the resource's unit. A limit that is lower already stays.
inline void lower_limit(__rlimit_resource resource, std::uint64_t soft, std::uint64_t hard) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return;
  limit.rlim_max = std::min<rlim_t>(limit.rlim_max, hard);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, soft);
  setrlimit(resource, &limit);
}

}  // namespace hitscope
