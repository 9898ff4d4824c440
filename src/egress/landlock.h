// What a confined process may read and write (confined_process.h, wall 2), as a set of rules of Landlock. It
// is made before the fork and put on after it.
//
// Landlock grew with the kernel. Version 1 (Linux 5.13) knows files; later ones add renaming between folders,
// truncating, TCP ports, ioctl on devices, and (6.12) signals and abstract Unix sockets. Each kernel enforces
// what it has. From version 1 on a process looks into no other but its own children.
//
// Source: landlock(7), Documentation/userspace-api/landlock.rst.
#pragma once

#include <filesystem>
#include <vector>

#include "core/descriptor.h"
#include "core/error.h"

namespace hitscope::egress {

// An empty descriptor where the kernel has no Landlock. Folders that do not exist are left out.
// Errors: internal (the kernel has it, and refuses the rules; no such folder to write to).
[[nodiscard]] Result<Descriptor> landlock_rules(const std::filesystem::path& writable,
                                                const std::vector<std::filesystem::path>& readable);

// On the calling thread, for good; no new privileges must be set. 0, or an errno. Safe after fork.
[[nodiscard]] int put_on(int landlock_rules);

}  // namespace hitscope::egress
