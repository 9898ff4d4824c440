// Opens a file, and nothing that only looks like one. Whoever opens need not be who reads: a broker hands the
// descriptor to its decoder, so the name, and what it may lead to, is the broker's business alone.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/descriptor.h"
#include "core/error.h"

namespace hitscope {

struct RegularFile {
  Descriptor descriptor;  // read-only, closed on exec
  std::uint64_t size = 0;
};

// Never waits for a pipe's other end. max_bytes: zero means no limit.
// Errors: not_found, unreadable (also for folders, sockets, pipes, devices), too_large.
[[nodiscard]] Result<RegularFile> open_regular_file(const std::filesystem::path& path,
                                                    std::uint64_t max_bytes);

}  // namespace hitscope
