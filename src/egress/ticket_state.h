// What a ticket, the guard and its sessions share about one job. Written on the guard's thread, read on any.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "egress/guard.h"

namespace hitscope::egress {

class Session;

struct Ticket::State {
  std::string token;
  TicketLimits limits;
  std::uint16_t port = 0;
  std::function<void()> end_sessions;  // from any thread; does nothing once the guard is gone

  std::atomic<bool> closed{false};
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::size_t> open{0};  // sessions

  std::vector<Session*> sessions;  // on the guard's thread only

  void record(const Refusal& refusal) {
    const std::scoped_lock lock(mutex_);
    if (!last_ || last_->kind != RefusalKind::too_many_bytes) last_ = refusal;
  }
  [[nodiscard]] std::optional<Refusal> last_refusal() const {
    const std::scoped_lock lock(mutex_);
    return last_;
  }
  [[nodiscard]] bool is_used_up() const {
    return (limits.max_bytes > 0 && received.load() > limits.max_bytes) ||
           (limits.max_sent_bytes > 0 && sent.load() > limits.max_sent_bytes);
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Refusal> last_;
};

}  // namespace hitscope::egress
