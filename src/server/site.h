// What a connection asks about each request: is it let in, where does it go, and to whom does one say how it
// went. The connection (session.h) knows sockets; the site knows rules.
#pragma once

#include <cstddef>
#include <optional>

#include "server/http.h"
#include "server/router.h"

namespace hitscope::server {

struct Admission {
  const Route* route = nullptr;  // null where refused
  std::optional<Response> refusal;
};

class Site {
 public:
  virtual ~Site() = default;
  // Sets the request's parameters, owner and set_cookie.
  [[nodiscard]] virtual Admission admit(Request& request) const = 0;
  // Headers that every answer carries, whole lines.
  [[nodiscard]] virtual std::string_view common_headers(const Request& request,
                                                        const Response& response) const = 0;
  // `route` is null where none was found.
  virtual void answered(const Request& request, const Route* route, unsigned status,
                        double seconds) const = 0;
};

struct HttpLimits {
  std::size_t head_bytes = 16 * 1024;
  std::size_t target_bytes = 4096;
  std::size_t json_bytes = 256 * 1024;
  double head_s = 10;   // from a connection's first moment to the end of the first head
  double idle_s = 60;   // between requests
  double piece_s = 30;  // for each 32 KiB of a body: slower than about 1 KB/s is let go
  double write_s = 60;  // for an answer, and for an event, to be taken
  std::size_t connections = 4096;
  std::size_t connections_per_client = 512;
};

}  // namespace hitscope::server
