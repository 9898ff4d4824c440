// The ways to look a name up (resolver.h), each a plain function that blocks.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/error.h"
#include "egress/address.h"
#include "egress/refusal.h"

namespace hitscope::egress {

using Clock = std::chrono::steady_clock;
using Addresses = std::vector<Address>;

// As this machine is set up; it sets its own time limits. Refused: unresolved.
[[nodiscard]] Decision<Addresses> look_up_by_system(const std::string& host);

// `server`: "192.0.2.1:53" or "[2001:db8::1]:53". Refused: unresolved, timeout.
[[nodiscard]] Decision<Addresses> look_up_by_server(const std::string& host, const std::string& server,
                                                    Clock::time_point deadline);

struct DohServer {
  std::string host;  // as in the certificate
  std::string port;
  std::string path;
  std::string certificates;  // a PEM file to trust; empty: the system's
};
// Refused: unresolved, timeout, unreachable (the server itself).
[[nodiscard]] Decision<Addresses> look_up_by_https(const std::string& host, const DohServer& server,
                                                   Clock::time_point deadline);

}  // namespace hitscope::egress
