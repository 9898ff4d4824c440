// Errors on the wire: application/problem+json (RFC 9457). `type` is the same word as in the command line's
// JSON; a few more words name what only HTTP knows. Each carries the id of its request, so that a person can
// tell us which one it was.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "server/http.h"

namespace hitscope::server {

// What only HTTP knows.
enum class HttpProblem {
  bad_request,
  unauthorized,
  forbidden,
  method_not_allowed,
  unsupported_media_type,
  headers_too_large,
  uri_too_long,
  request_timeout,
};

[[nodiscard]] unsigned status_of(ErrorKind kind);
[[nodiscard]] std::string_view reason_of(unsigned status);  // "Not Found"

// `analysis`: id of the analysis that failed; empty = none. A busy one carries Retry-After.
[[nodiscard]] Response problem(const Request& request, const Error& error, std::string_view analysis = {});
[[nodiscard]] Response problem(const Request& request, HttpProblem kind, std::string_view detail);

// {"type", "title", "detail"}: how an error is kept in the history and shown inside an analysis; and back.
[[nodiscard]] std::string error_json(const Error& error);
[[nodiscard]] Error error_of_json(const std::string& json);

}  // namespace hitscope::server
