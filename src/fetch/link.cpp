#include "fetch/link.h"

#include <algorithm>

#include "core/ascii.h"

namespace hitscope {
namespace {

// Everything before the host; 0 without.
std::size_t scheme_length(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (lower(text.substr(0, scheme.size())) == scheme) return scheme.size();
  }
  return 0;
}

}  // namespace

bool is_link(std::string_view text) {
  const std::size_t host = scheme_length(text);
  if (host == 0 || text.size() > kMostLinkBytes) return false;
  const bool plain = std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20U || byte == 0x7FU;
  });
  return plain && host < text.size() && std::string_view("/?#\\").find(text[host]) == std::string_view::npos;
}

std::string link_origin(std::string_view link) {
  if (!is_link(link)) return {};
  const std::size_t host = scheme_length(link);
  std::string_view authority = link.substr(host);
  authority = authority.substr(0, authority.find_first_of("/?#\\"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  return lower(link.substr(0, host)) + lower(authority);
}

}  // namespace hitscope
