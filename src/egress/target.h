// Where a request wants to go, read strictly: one way to write each host and port, everything else refused.
//
// A host is a name of ASCII letters, digits, hyphens and underscores in labels (an international name in its
// "xn--" form), an IPv4 address of four plain decimal numbers, or an IPv6 address in brackets. Refused with a
// reason: user information, percent signs, zones, other scripts, and every other way to write an IPv4 address
// ("127.1", "0x7f000001", "2130706433", "017700000001"), because different programs read them differently.
// Names come out in lower case and without a final dot.
//
// Sources: RFC 3986 (3.2), RFC 9110 (7.1, 9.3.6), RFC 9112 (3.2), WHATWG URL (hosts that end in a number).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "egress/address.h"
#include "egress/refusal.h"

namespace hitscope::egress {

struct Target {
  std::string host;                // a name, or an address without brackets, in its canonical form
  std::optional<Address> literal;  // set when the host is an address
  std::uint16_t port = 0;

  [[nodiscard]] std::string text() const;  // "example.com:443", "[2001:db8::1]:80"
  bool operator==(const Target&) const = default;
};

// The host alone, as "example.com", "192.0.2.1" or "[2001:db8::1]"; port 0.
[[nodiscard]] Decision<Target> read_host(std::string_view text);

// "host:port", the target of CONNECT. The port must be there.
[[nodiscard]] Decision<Target> read_authority(std::string_view text);

struct HttpUrl {
  Target target;     // port 80 unless it says another
  std::string path;  // with the query: what the site is asked for; "/" where there is none
};
// "http://host[:port]/path?query", the target of a plain request.
[[nodiscard]] Decision<HttpUrl> read_http_url(std::string_view text);

// 1 to 65535 in decimal without leading zeros; nothing otherwise.
[[nodiscard]] std::optional<std::uint16_t> read_port(std::string_view text);

}  // namespace hitscope::egress
