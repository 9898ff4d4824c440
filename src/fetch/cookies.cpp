#include "fetch/cookies.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

namespace hitscope {
namespace {

constexpr std::string_view kHeader = "# Netscape HTTP Cookie File\n";
constexpr std::string_view kHttpOnly = "#HttpOnly_";
constexpr std::size_t kFields = 7;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// When it expires: 0 for a cookie of the session, which never does here; nothing where the line is no cookie.
std::optional<std::int64_t> expiry_of(std::string_view line) {
  std::array<std::string_view, kFields> fields;
  for (std::size_t i = 0; i < kFields; ++i) {
    const std::size_t tab = i + 1 < kFields ? line.find('\t') : std::string_view::npos;
    if (i + 1 < kFields && tab == std::string_view::npos) return std::nullopt;
    fields.at(i) = line.substr(0, tab);
    line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
  }
  const auto is_flag = [](std::string_view text) { return text == "TRUE" || text == "FALSE"; };
  if (fields[0].empty() || !is_flag(fields[1]) || !fields[2].starts_with('/') || !is_flag(fields[3])) {
    return std::nullopt;
  }
  if (fields[4].empty()) return 0;
  double seconds = 0;  // some exporters write fractions
  const auto read = std::from_chars(fields[4].data(), fields[4].data() + fields[4].size(), seconds);
  if (read.ec != std::errc() || read.ptr != fields[4].data() + fields[4].size() || !(seconds >= 0)) {
    return std::nullopt;
  }
  return seconds > 1e15 ? std::int64_t{1'000'000'000'000'000} : static_cast<std::int64_t>(seconds);
}

}  // namespace

Result<Cookies> parse_cookies(std::string_view text, std::int64_t now_s) {
  if (is_blank(text)) return Cookies{};
  if (text.size() > kMostCookieBytes) {
    return fail(ErrorKind::url_needs_login, "The cookies are no cookie file.", "more than 1 MiB");
  }
  if (text.find('\0') != std::string_view::npos) {
    return fail(ErrorKind::url_needs_login, "The cookies are no cookie file.", "it holds a NUL byte");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Cookies cookies{.text = std::string(kHeader)};
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = next_line(text);
    const bool http_only = line.starts_with(kHttpOnly);
    if (is_blank(line) || (line.starts_with('#') && !http_only)) continue;
    const auto expiry = expiry_of(http_only ? line.substr(kHttpOnly.size()) : line);
    if (!expiry) {
      return fail(ErrorKind::url_needs_login, "The cookies are not in Netscape's format.",
                  fmt::format("line {}: not seven fields with tabs between them", number));
    }
    if (*expiry != 0 && *expiry <= now_s) {
      ++cookies.expired;
      continue;
    }
    ++cookies.count;
    cookies.text.append(line).push_back('\n');
  }
  if (cookies.count == 0) {
    return fail(ErrorKind::url_needs_login,
                cookies.expired > 0 ? "All of the cookies have expired." : "The cookie file holds no cookie.",
                fmt::format("{} expired; export them from a browser again", cookies.expired));
  }
  return cookies;
}

Result<Cookies> read_cookies(const std::filesystem::path& file, std::int64_t now_s) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    std::error_code error;
    const bool there = std::filesystem::exists(file, error);
    return fail(ErrorKind::url_needs_login,
                there ? "The cookie file cannot be read." : "There is no such cookie file.", file.string());
  }
  std::string text(kMostCookieBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return fail(ErrorKind::url_needs_login, "The cookie file cannot be read.", file.string());
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse_cookies(text, now_s);
}

}  // namespace hitscope
