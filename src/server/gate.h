// Who may speak to this server at all, before anything is looked up.
//
// A page on any other site can make its visitor's browser send requests here, also to 127.0.0.1. Three checks
// keep such pages out. *Host*: a name that is not ours means that someone pointed their own name at our
// address (DNS rebinding); addresses cannot be rebound, so any IP address passes. *Origin*: what changes
// something must come from our own pages, or from an origin that was allowed by name. *Sec-Fetch-Site*:
// browsers say themselves that a request comes from another site; then not even reading is answered.
// Programs that are no browsers send none of the last two and pass.
// Sources: OWASP Cross-Site Request Forgery Prevention; W3C Fetch Metadata Request Headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http.h"

namespace hitscope::server {

struct GateOptions {
  // Names this server is reached by, besides localhost and addresses: "music.example", "*.example".
  std::vector<std::string> hosts;
  // Origins that may use the API from a browser: "https://app.example". Empty: CORS is off.
  std::vector<std::string> origins;
};

class Gate {
 public:
  explicit Gate(GateOptions options);

  // Why the request is refused, in words; nothing where it may pass.
  [[nodiscard]] std::optional<std::string> refusal(const Request& request) const;
  // Whether the request comes from an allowed origin, so that the answer must say so.
  [[nodiscard]] bool is_allowed_origin(std::string_view origin) const;

 private:
  [[nodiscard]] bool is_our_host(std::string_view host) const;

  GateOptions options_;
};

}  // namespace hitscope::server
