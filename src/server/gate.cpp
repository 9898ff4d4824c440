#include "server/gate.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "core/ascii.h"

namespace hitscope::server {
namespace {

// "[::1]:8080" -> "::1", "localhost:8080" -> "localhost", "music.example." -> "music.example"; nothing where
// this is no host.
std::optional<std::string> name_of(std::string_view host) {
  std::string_view name = host;
  std::string_view rest;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    name = host.substr(1, end - 1);
    rest = host.substr(end + 1);
  } else {
    const std::size_t colon = std::min(host.find(':'), host.size());
    name = host.substr(0, colon);
    rest = host.substr(colon);
  }
  const bool port = rest.empty() || (rest.starts_with(':') && std::ranges::all_of(rest.substr(1), [](char c) {
                                       return c >= '0' && c <= '9';
                                     }));
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || !port) return std::nullopt;
  return lower(name);
}

bool changes_something(Method method) {
  return method != Method::get && method != Method::head && method != Method::options;
}

bool is_api(std::string_view path) {
  return path.starts_with("/v1/") || path == "/predict";
}

}  // namespace

Gate::Gate(GateOptions options) : options_(std::move(options)) {
  for (std::string& host : options_.hosts) host = lower(host);
  for (std::string& origin : options_.origins) origin = lower(origin);
}

bool Gate::is_our_host(std::string_view host) const {
  const auto name = name_of(host);
  if (!name) return false;
  if (*name == "localhost" || name->ends_with(".localhost")) return true;
  boost::system::error_code error;
  boost::asio::ip::make_address(*name, error);
  if (!error) return true;
  return std::ranges::any_of(options_.hosts, [&](const std::string& allowed) {
    if (allowed.starts_with("*.")) return name->ends_with(allowed.substr(1));
    return allowed == "*" || allowed == *name;
  });
}

bool Gate::is_allowed_origin(std::string_view origin) const {
  if (origin.empty() || options_.origins.empty()) return false;
  return std::ranges::find(options_.origins, lower(origin)) != options_.origins.end();
}

std::optional<std::string> Gate::refusal(const Request& request) const {
  if (!is_our_host(request.host)) {
    return "The Host header names no host this server is known by (--allow-host adds one).";
  }
  if (is_allowed_origin(request.origin)) return std::nullopt;
  if (is_api(request.path) && (request.fetch_site == "cross-site" || request.fetch_site == "same-site")) {
    return "The request comes from a page of another site (--allow-origin lets one in).";
  }
  if (changes_something(request.method) && !request.origin.empty()) {
    const std::size_t scheme = request.origin.find("://");
    const bool ours =
        scheme != std::string_view::npos && lower(request.origin.substr(scheme + 3)) == lower(request.host);
    if (!ours) return "The Origin header names another origin (--allow-origin lets one in).";
  }
  return std::nullopt;
}

}  // namespace hitscope::server
