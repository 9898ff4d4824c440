// What counts as an address to fetch: http:// or https:// in any case, no space or control character, a host.
// Everything else about it (odd hosts, ports, where it leads) is judged where it is used (egress/guard.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hitscope {

inline constexpr std::size_t kMostLinkBytes = 8192;

[[nodiscard]] bool is_link(std::string_view text);

// Where it leads, for people and for logs: "https://example.com", without user, path and query, which may
// hold secrets. Empty for what is no link.
[[nodiscard]] std::string link_origin(std::string_view link);

}  // namespace hitscope
