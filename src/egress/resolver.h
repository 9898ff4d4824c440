// From a name to its addresses, by ourselves: what is checked is what is connected to, and nobody looks the
// name up a second time in between.
//
// Three ways, chosen by `dns_server`:
//   ""                       the system's (getaddrinfo: hosts file, its DNS servers)
//   "9.9.9.9", "[::1]:5353"  that DNS server alone (c-ares): no hosts file, no search domains
//   "https://host/dns-query" that server over HTTPS (RFC 8484), its certificate verified
// Answers that were fixed in advance come before all of them. Whatever answers, the policy judges the
// addresses; nothing here does. Nothing is remembered either: each connection asks anew.
//
// Look-ups block, so they run on a few threads of their own.
//
// Sources: getaddrinfo(3), RFC 6724, RFC 8484, curl(1) --resolve.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "egress/address.h"
#include "egress/refusal.h"
#include "egress/target.h"

namespace hitscope::egress {

struct FixedAnswer {
  std::string host;
  std::uint16_t port = 0;
  std::vector<Address> addresses;
};
// "HOST:PORT:ADDRESS[,ADDRESS]...", IPv6 addresses in brackets or not. Errors: url_blocked, with the reason.
[[nodiscard]] Result<FixedAnswer> read_fixed_answer(std::string_view text);

struct ResolverOptions {
  std::string dns_server;
  std::vector<FixedAnswer> fixed;
  std::chrono::milliseconds time_limit = std::chrono::seconds(10);
  std::string certificates;  // PEM file that DNS over HTTPS trusts; empty: the system's
};

class Resolver {
 public:
  // Errors: url_blocked (a dns_server that cannot be understood).
  [[nodiscard]] static Result<Resolver> make(ResolverOptions options);

  Resolver(Resolver&&) noexcept;
  Resolver& operator=(Resolver&&) = delete;
  ~Resolver();  // answers that are still out are dropped

  // Blocks, within the time limit where the way allows it. Never empty. Refused: unresolved, timeout.
  using Answer = Decision<std::vector<Address>>;
  [[nodiscard]] Answer look_up(const Target& target) const;

  // Calls `done` on a thread of the resolver, unless the resolver goes first (which waits for a call that has
  // begun: do no more than pass the answer on) or the time limit passes before its turn comes.
  void look_up(Target target, std::function<void(Answer)> done);

 private:
  struct Impl;
  explicit Resolver(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace hitscope::egress
