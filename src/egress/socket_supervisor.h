// Answers what a confined process asks (confinement_filter.h): hands it sockets that are connected to the
// guard, and lets its signals reach its own group only.
//
// It decides by the numbers in the call's registers, which nobody can change afterwards. It never reads the
// memory of the process.
#pragma once

#include <seccomp.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>

#include "core/descriptor.h"

namespace hitscope::egress {

class SocketSupervisor {
 public:
  // listener: of the filter. group: of the process.
  SocketSupervisor(Descriptor listener, std::uint16_t guard_port, pid_t group);

  [[nodiscard]] int descriptor() const { return listener_.number(); }

  // Once poll() has said that there is something. False when no process with this filter is left.
  [[nodiscard]] bool serve();

 private:
  [[nodiscard]] int hand_over_socket(const seccomp_notif& asked);
  [[nodiscard]] bool is_own(const seccomp_data& call) const;

  struct Free {
    void operator()(seccomp_notif* asked) const { seccomp_notify_free(asked, nullptr); }
    void operator()(seccomp_notif_resp* answer) const { seccomp_notify_free(nullptr, answer); }
  };

  Descriptor listener_;
  std::uint16_t guard_port_;
  pid_t group_;
  std::unique_ptr<seccomp_notif, Free> asked_;
  std::unique_ptr<seccomp_notif_resp, Free> answer_;
};

}  // namespace hitscope::egress
