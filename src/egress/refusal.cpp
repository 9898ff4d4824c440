#include "egress/refusal.h"

#include <fmt/format.h>

#include <utility>

namespace hitscope::egress {
namespace {

ErrorKind error_kind(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::unresolved:
    case RefusalKind::unreachable:
      return ErrorKind::url_unreachable;
    case RefusalKind::timeout:
      return ErrorKind::timeout;
    case RefusalKind::too_many_connections:
      return ErrorKind::busy;
    case RefusalKind::too_many_bytes:
      return ErrorKind::too_large;
    default:
      return ErrorKind::url_blocked;
  }
}

}  // namespace

std::string_view kind_name(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::malformed:
      return "malformed";
    case RefusalKind::head_too_large:
      return "head-too-large";
    case RefusalKind::method:
      return "method";
    case RefusalKind::scheme:
      return "scheme";
    case RefusalKind::user_info:
      return "user-info";
    case RefusalKind::host_encoding:
      return "host-encoding";
    case RefusalKind::unauthorized:
      return "unauthorized";
    case RefusalKind::off:
      return "off";
    case RefusalKind::not_listed:
      return "not-listed";
    case RefusalKind::port:
      return "port";
    case RefusalKind::forbidden_address:
      return "forbidden-address";
    case RefusalKind::unresolved:
      return "unresolved";
    case RefusalKind::unreachable:
      return "unreachable";
    case RefusalKind::timeout:
      return "timeout";
    case RefusalKind::too_many_connections:
      return "too-many-connections";
    case RefusalKind::too_many_bytes:
      return "too-many-bytes";
  }
  return "malformed";
}

Error as_error(const Refusal& refusal) {
  return {.kind = error_kind(refusal.kind),
          .message = refusal.reason,
          .detail = refusal.host.empty() ? std::string(kind_name(refusal.kind))
                                         : fmt::format("{} ({})", kind_name(refusal.kind), refusal.host)};
}

tl::unexpected<Refusal> refuse(RefusalKind kind, std::string reason, std::string host) {
  return tl::unexpected(Refusal{.kind = kind, .host = std::move(host), .reason = std::move(reason)});
}

}  // namespace hitscope::egress
