#include "egress/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <charconv>
#include <utility>

#include "core/ascii.h"

namespace hitscope::egress {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestLabel = 63;

bool has(std::string_view text, char c) {
  return text.find(c) != std::string_view::npos;
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}
// Spaces and controls separate the parts of a request and must not be smuggled into one.
bool is_visible(char c) {
  return c > ' ' && c < '\x7f';
}

// What a reader of numbers might take for a part of an IPv4 address: "127", "0x7f", "0x".
bool is_number_like(std::string_view label) {
  if (label.empty()) return false;
  if (std::ranges::all_of(label, is_digit)) return true;
  return label.starts_with("0x") && std::ranges::all_of(label.substr(2), is_hex);
}

tl::unexpected<Refusal> odd_host(std::string reason) {
  return refuse(RefusalKind::host_encoding, std::move(reason));
}

// Four decimal numbers, none with a leading zero.
Decision<Address> read_ipv4(std::string_view text) {
  const auto odd = [] {
    return odd_host("An IPv4 address is written as four decimal numbers, such as 192.0.2.1.");
  };
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t end = part < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos) return odd();
    const std::string_view number = text.substr(0, end);
    if (number.empty() || number.size() > 3 || !std::ranges::all_of(number, is_digit)) return odd();
    if (number.size() > 1 && number.front() == '0') return odd();
    unsigned value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    if (value > 255) return odd();
    address = (address << 8U) | value;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return Address(ip::address_v4(address));
}

Decision<Target> read_ipv6(std::string_view inside) {
  if (has(inside, '%')) return odd_host("An address with a zone belongs to an interface of this machine.");
  const auto plain = [](char c) { return is_hex(c) || c == ':' || c == '.'; };
  boost::system::error_code error;
  const ip::address_v6 address =
      std::ranges::all_of(inside, plain) ? ip::make_address_v6(std::string(inside), error) : ip::address_v6();
  if (error || !has(inside, ':') || !std::ranges::all_of(inside, plain))
    return odd_host("This is no IPv6 address.");
  return Target{.host = address.to_string(), .literal = Address(address), .port = 0};
}

Decision<void> check_characters(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    return odd_host("An international name is written in its ASCII form, such as xn--bcher-kva.example.");
  if (has(text, '%')) return odd_host("A host is written without percent signs.");
  return {};
}

// Splits "host:port" at the colon behind the host; the port is empty where there is no colon.
struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
};
Decision<HostAndPort> split_authority(std::string_view text) {
  if (has(text, '@')) return refuse(RefusalKind::user_info, "An address here has no user name or password.");
  if (text.empty()) return refuse(RefusalKind::malformed, "The address names no host.");
  std::size_t end = 0;
  if (text.front() == '[') {
    end = text.find(']');
    if (end == std::string_view::npos) return odd_host("A bracket is not closed.");
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
  }
  HostAndPort parts{.host = text.substr(0, end), .port = std::nullopt};
  const std::string_view rest = text.substr(end);
  if (rest.empty()) return parts;
  if (rest.front() != ':') return odd_host("Only a port may stand behind the brackets.");
  parts.port = rest.substr(1);
  return parts;
}

}  // namespace

std::string Target::text() const {
  const bool brackets = literal.has_value() && literal->is_v6();
  return brackets ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || text.front() == '0' || !std::ranges::all_of(text, is_digit))
    return std::nullopt;
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

Decision<Target> read_host(std::string_view text) {
  if (const auto ok = check_characters(text); !ok && !text.starts_with('['))
    return tl::unexpected(ok.error());
  if (text.starts_with('[')) {
    if (!text.ends_with(']') || text.size() < 3) return odd_host("This is no IPv6 address.");
    return read_ipv6(text.substr(1, text.size() - 2));
  }
  std::string name = lower(text);
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return refuse(RefusalKind::malformed, "The address names no host.");
  if (name.size() > kLongestName) return odd_host("A name has at most 253 characters.");
  std::string_view rest = name;
  std::string_view last;
  while (true) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    last = rest.substr(0, end);
    if (last.empty()) return odd_host("A name has no empty parts between its dots.");
    if (last.size() > kLongestLabel) return odd_host("A part of a name has at most 63 characters.");
    if (!std::ranges::all_of(last, is_name_character))
      return odd_host("A name is made of letters, digits, hyphens and dots.");
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  if (!is_number_like(last)) return Target{.host = std::move(name), .literal = std::nullopt, .port = 0};
  const auto address = read_ipv4(name);
  if (!address) return tl::unexpected(address.error());
  return Target{.host = address->to_string(), .literal = *address, .port = 0};
}

Decision<Target> read_authority(std::string_view text) {
  const auto parts = split_authority(text);
  if (!parts) return tl::unexpected(parts.error());
  auto target = read_host(parts->host);
  if (!target) return target;
  if (!parts->port) return refuse(RefusalKind::port, "The port is missing.", target->host);
  const auto port = read_port(*parts->port);
  if (!port) return refuse(RefusalKind::port, "A port is a plain number from 1 to 65535.", target->host);
  target->port = *port;
  return target;
}

Decision<HttpUrl> read_http_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  constexpr std::uint16_t kUsualPort = 80;
  // Before anything of it may appear in a reason.
  const std::size_t colon = text.find(':');
  if (text.starts_with('/') || text == "*" || colon == std::string_view::npos)
    return refuse(RefusalKind::malformed,
                  "A proxy is asked for a whole address, such as http://example.com/.");
  if (lower(text.substr(0, kScheme.size())) != kScheme)
    return refuse(RefusalKind::scheme,
                  "Plain requests go to http:// addresses; everything else asks with CONNECT.");
  text.remove_prefix(kScheme.size());
  const std::size_t end = std::min(text.find_first_of("/?#\\"), text.size());
  const std::string_view path = text.substr(end);
  if (!std::ranges::all_of(path, is_visible) || has(path, '#') || has(path, '\\'))
    return refuse(RefusalKind::malformed, "The address holds a character that no request may carry.");
  const auto parts = split_authority(text.substr(0, end));
  if (!parts) return tl::unexpected(parts.error());
  auto target = read_host(parts->host);
  if (!target) return tl::unexpected(target.error());
  const auto port = parts->port ? read_port(*parts->port) : std::optional(kUsualPort);
  if (!port) return refuse(RefusalKind::port, "A port is a plain number from 1 to 65535.", target->host);
  target->port = *port;
  return HttpUrl{.target = std::move(*target),
                 .path = path.starts_with('/') ? std::string(path) : fmt::format("/{}", path)};
}

}  // namespace hitscope::egress
