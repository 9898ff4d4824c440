// The list of what a confined process may not ask the kernel for (confined_process.h, wall 3), as a program
// for seccomp. It is made before the fork: nothing may be allocated between fork and exec.
//
// Everything else is allowed: a Python with a JavaScript engine needs most of the kernel. What is younger
// than Linux 6.1 does not exist for the process (ENOSYS), so that no later kernel opens a new way out.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "core/error.h"

namespace hitscope::egress {

// What it returns to a listener: socket() (socket_supervisor.h makes the socket) and kill(), tkill(),
// tgkill(). Errors: internal (no seccomp here, or one without listeners).
[[nodiscard]] Result<std::vector<sock_filter>> confinement_filter();

}  // namespace hitscope::egress
