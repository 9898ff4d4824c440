// Why the guard did not do what it was asked: a closed list, so that whoever started the job can tell its
// user what happened. It never holds a path, a query or a secret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "core/error.h"

namespace hitscope::egress {

enum class RefusalKind {
  // What was said:
  malformed,       // no HTTP, or HTTP that can be read in two ways
  head_too_large,  // more than 16 KiB before the empty line
  method,          // none of those that fetching needs
  scheme,          // neither CONNECT nor http://
  user_info,       // "http://name@host/"
  host_encoding,   // a host that is neither a plain name nor an address in its usual form
  unauthorized,    // no ticket, or none that is open
  // Where to:
  off,                // fetching is switched off
  not_listed,         // not among what is allowed
  port,               // neither 80 nor 443, nor granted
  forbidden_address,  // the host is, or its name leads to, an address that is not public
  // How it went:
  unresolved,   // the name has no address
  unreachable,  // nobody answers there
  timeout,      // not connected, or silent, for too long
  too_many_connections,
  too_many_bytes,  // the ticket is used up
};

struct Refusal {
  RefusalKind kind = RefusalKind::malformed;
  std::string host;    // as "example.com:443"; empty where none was understood
  std::string reason;  // one sentence for a person
};

template <typename T>
using Decision = tl::expected<T, Refusal>;

// The name in the header X-Hitscope-Refusal: RefusalKind::forbidden_address -> "forbidden-address".
[[nodiscard]] std::string_view kind_name(RefusalKind kind);

// As the product says it: url_blocked for what was said and where to; url_unreachable, timeout, too_large for
// how it went.
[[nodiscard]] Error as_error(const Refusal& refusal);

[[nodiscard]] tl::unexpected<Refusal> refuse(RefusalKind kind, std::string reason, std::string host = {});

}  // namespace hitscope::egress
