// What the broker hands to its decoder: a file already open, and what to do with it.
//
// One message over their socket, the descriptor as SCM_RIGHTS beside it. Both ends are the same program (one
// is forked from the other), and the broker is the trusted one, so the struct travels as it is.
#pragma once

#include <cstdint>
#include <optional>

#include "core/descriptor.h"

namespace hitscope {

struct Assignment {
  std::uint64_t size = 0;  // of the file, in bytes
  double max_audio_s = 0;  // 0: no limit
  bool explain = false;
  bool frames = false;
  bool true_peak = false;
};

// False when the other side is gone. `file` stays the caller's.
[[nodiscard]] bool send_assignment(int socket, const Assignment& assignment, int file);

struct ReceivedAssignment {
  Assignment assignment;
  Descriptor file;
};
// Waits. nullopt when the other side is gone.
[[nodiscard]] std::optional<ReceivedAssignment> receive_assignment(int socket);

}  // namespace hitscope
