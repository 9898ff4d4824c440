// The only way out: a small forward proxy on the loopback interface that goes where the policy lets it.
//
// It takes CONNECT and plain requests with an absolute http:// address, one a connection. For each it reads
// the target strictly (target.h), asks the policy, resolves the name itself, asks the policy about each
// address, and connects to an address that passed, by number. What a site answers with, a redirect to
// somewhere else above all, is the client's affair: it comes back with a new request and is judged anew.
//
// Who may use it: holders of a ticket. Each job has its own, which bounds its bytes and connections, counts
// them, tells afterwards why something was refused, and ends what still runs when it is closed:
//
//   auto guard = Guard::start(options);
//   Ticket ticket = (*guard)->open({.max_bytes = 256 << 20});
//   ... run the job with http_proxy=https_proxy=ticket.proxy_url() ...
//   if (auto refusal = ticket.refusal()) return tl::unexpected(as_error(*refusal));
//
// A refusal is answered with 403 (407 without a ticket, 400, 502 to 504 for the rest), its kind in the header
// X-Hitscope-Refusal, one sentence as body. Memory is bounded: two buffers of 64 KiB a connection, and one
// side is read only as fast as the other takes it. Nothing is written to any log, no credentials are kept.
//
// One thread for all connections, a few for look-ups. Guard and Ticket may be used from any thread.
//
// Sources: RFC 9110 (7.6, 9.3.6, 11.7), RFC 9112.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/error.h"
#include "egress/policy.h"
#include "egress/refusal.h"
#include "egress/resolver.h"

namespace hitscope::egress {

struct GuardLimits {
  std::size_t connections = 512;  // of all tickets together
  std::chrono::milliseconds head =
      std::chrono::seconds(10);  // from connecting to the end of the request's head
  std::chrono::milliseconds connect = std::chrono::seconds(15);  // to all addresses of a name together
  std::chrono::milliseconds idle = std::chrono::seconds(60);     // nothing from either side
};

struct GuardOptions {
  Policy policy;
  ResolverOptions resolver;
  // "http://host:port" of a proxy that stands between us and the net; empty: none. It is asked for the
  // address that was checked, never for the name.
  std::string upstream_proxy;
  GuardLimits limits;
};

struct TicketLimits {
  std::uint64_t max_bytes = std::uint64_t{1} << 30U;        // received, all connections together; 0: no limit
  std::uint64_t max_sent_bytes = std::uint64_t{64} << 20U;  // what the job may tell others; 0: no limit
  std::size_t max_connections = 64;                         // at the same time
};

class Ticket {
 public:
  Ticket(Ticket&&) noexcept;
  Ticket& operator=(Ticket&&) noexcept;
  ~Ticket();  // closes it

  [[nodiscard]] std::string proxy_url() const;  // "http://hitscope:TOKEN@127.0.0.1:PORT": a secret
  [[nodiscard]] std::uint64_t bytes_received() const;
  [[nodiscard]] std::uint64_t bytes_sent() const;
  [[nodiscard]] std::size_t connections() const;  // open now

  // The last one. too_many_bytes stays once it is there: what comes after it is its consequence.
  [[nodiscard]] std::optional<Refusal> refusal() const;

  void close();  // ends its connections at once; the token is void

  struct State;  // opaque

 private:
  friend class Guard;
  explicit Ticket(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

class Guard {
 public:
  // Listens on 127.0.0.1 at a free port. Errors: url_blocked (an option that cannot be understood), internal
  // (no port, no thread: with the reason).
  [[nodiscard]] static Result<std::unique_ptr<Guard>> start(GuardOptions options);

  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard();  // ends every connection; tickets may live on, and are void

  [[nodiscard]] Ticket open(const TicketLimits& limits = {});
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;  // open now

 private:
  struct Impl;
  explicit Guard(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace hitscope::egress
