// The heads of messages on their way through the guard, as pure functions of their bytes.
//
// A request must be readable in one way only: lines end in CR LF, no folding, no space before a colon, one
// length. Its body has a Content-Length or there is none; chunked bodies are refused, since what yt-dlp sends
// has a length. What goes on to the site is written anew: the host of the target as Host, whatever the client
// claimed, "Connection: close", and none of the fields that belong to one connection only.
//
// A site's answer is read more patiently (what it says cannot lead anywhere) and passed on as it is, but for
// the fields of the connection.
//
// Sources: RFC 9110 (5.5, 7.6.1), RFC 9112 (2.2, 5.1, 6.1, 6.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "egress/policy.h"
#include "egress/refusal.h"
#include "egress/target.h"

namespace hitscope::egress {

inline constexpr std::size_t kMostHeadBytes = std::size_t{16} << 10U;

// How long the head at the start of `bytes` is, with the empty line; nothing while it is unfinished.
[[nodiscard]] std::optional<std::size_t> request_head_size(std::string_view bytes);
[[nodiscard]] std::optional<std::size_t> response_head_size(std::string_view bytes);

struct RequestHead {
  std::string method;
  std::string target;
  std::string version;                                      // "HTTP/1.1" or "HTTP/1.0"
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::uint64_t body_bytes = 0;

  [[nodiscard]] std::string_view field(std::string_view name) const;  // empty where there is none
};
// Refused: malformed, method.
[[nodiscard]] Decision<RequestHead> read_request_head(std::string_view head);

struct Request {
  Target target;
  bool tunnel = false;           // CONNECT
  std::string head;              // for the site; empty for a tunnel
  std::uint64_t body_bytes = 0;  // that follow it
};
// Where it goes, and what is sent there. Refused: malformed, scheme, user_info, host_encoding, port.
[[nodiscard]] Decision<Request> read_request(const RequestHead& head);

// All that can be decided about a request without looking anything up.
[[nodiscard]] Decision<Request> judge_request(const RequestHead& head, const Policy& policy);

struct ResponseHead {
  int status = 0;
  std::string head;  // for the client
};
[[nodiscard]] std::optional<ResponseHead> read_response_head(std::string_view head);

// The password of "Basic ..." credentials for the user "hitscope"; nothing for anything else.
[[nodiscard]] std::optional<std::string> ticket_token(std::string_view proxy_authorization);

}  // namespace hitscope::egress
