// Cookies that a user lends us for sites that ask who is there, as text in Netscape's format: what browsers'
// extensions export and yt-dlp, curl and wget read. Lines of seven fields with tabs between them (domain,
// whether its subdomains too, path, whether HTTPS only, when it expires, name, value); lines that begin with
// # are comments, except #HttpOnly_ ones.
//
// They are a secret like a password. No error here ever says a name or a value, only lines and counts.
//
// Source: https://curl.se/docs/http-cookies.html, Python's http.cookiejar.MozillaCookieJar.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.h"

namespace hitscope {

inline constexpr std::size_t kMostCookieBytes = std::size_t{1} << 20U;

struct Cookies {
  std::string text;         // with the header line that yt-dlp asks for; empty: none
  std::size_t count = 0;    // that are still good
  std::size_t expired = 0;  // that are not
};

// `now_s`: seconds since 1970. A text that is empty or white space: no cookies. Errors: url_needs_login
// (malformed, with the line; all of them expired).
[[nodiscard]] Result<Cookies> parse_cookies(std::string_view text, std::int64_t now_s);

// Errors: url_needs_login (as above, or the file is missing or cannot be read).
[[nodiscard]] Result<Cookies> read_cookies(const std::filesystem::path& file, std::int64_t now_s);

}  // namespace hitscope
