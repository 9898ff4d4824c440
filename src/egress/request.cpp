#include "egress/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "core/ascii.h"
#include "core/base64.h"

namespace hitscope::egress {
namespace {

constexpr std::size_t kMostFields = 100;
constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};
// Between two neighbours only. What Connection names comes on top.
constexpr std::array<std::string_view, 10> kOfOneConnection{"connection",
                                                            "keep-alive",
                                                            "proxy-authenticate",
                                                            "proxy-authorization",
                                                            "proxy-connection",
                                                            "te",
                                                            "trailer",
                                                            "upgrade",
                                                            "expect",
                                                            "http2-settings"};

bool is_token_character(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || kOthers.find(c) != std::string_view::npos;
}
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}
bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
}
std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

tl::unexpected<Refusal> malformed(std::string reason) {
  return refuse(RefusalKind::malformed, std::move(reason));
}

// Cuts the line up to `end_mark` off the front.
std::string_view take_line(std::string_view& text, std::string_view end_mark) {
  const std::size_t end = std::min(text.find(end_mark), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + end_mark.size(), text.size()));
  return line;
}

// What the fields named Connection add to kOfOneConnection.
std::vector<std::string> named_by_connection(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::vector<std::string> names;
  for (const auto& [name, value] : fields) {
    if (name != "connection" && name != "proxy-connection") continue;
    for (std::string_view rest = value; !rest.empty();) names.push_back(lower(trimmed(take_line(rest, ","))));
  }
  return names;
}

bool stays_here(std::string_view name, const std::vector<std::string>& named) {
  return std::ranges::find(kOfOneConnection, name) != kOfOneConnection.end() ||
         std::ranges::find(named, name) != named.end();
}

Decision<std::uint64_t> read_length(std::string_view text) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || !std::ranges::all_of(text, is_digit) || error != std::errc() ||
      end != text.data() + text.size())
    return malformed("Content-Length is no number.");
  return length;
}

Decision<void> read_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return malformed("This is no HTTP request.");
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, second - first - 1);
  head.version = line.substr(second + 1);
  if (!is_token(head.method) || head.target.empty() ||
      (head.version != "HTTP/1.1" && head.version != "HTTP/1.0"))
    return malformed("This is no HTTP/1.1 request.");
  if (head.method != "CONNECT" && std::ranges::find(kMethods, head.method) == kMethods.end())
    return refuse(RefusalKind::method, "Fetching needs no such method.");
  return {};
}

Decision<void> read_field(std::string_view line, RequestHead& head) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return malformed("A header field has no proper name.");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (std::ranges::any_of(value, is_control)) return malformed("A header field holds control characters.");
  if (head.fields.size() == kMostFields)
    return refuse(RefusalKind::head_too_large, "The request has more than 100 header fields.");
  head.fields.emplace_back(lower(line.substr(0, colon)), value);
  return {};
}

// The same name twice is read in two ways by two programs, where it matters.
Decision<void> read_framing(RequestHead& head) {
  const auto count = [&](std::string_view name) {
    return std::ranges::count_if(head.fields, [&](const auto& field) { return field.first == name; });
  };
  for (const std::string_view name : {"content-length", "host", "proxy-authorization"}) {
    if (count(name) > 1) return malformed(fmt::format("There is more than one {} field.", name));
  }
  if (count("transfer-encoding") > 0) return malformed("A body must come with its Content-Length.");
  if (count("content-length") == 0) return {};
  const auto length = read_length(head.field("content-length"));
  if (!length) return tl::unexpected(length.error());
  if (head.method == "CONNECT" && *length > 0) return malformed("CONNECT has no body.");
  head.body_bytes = *length;
  return {};
}

// As Host wants it: without the port where it is the scheme's own.
std::string host_field(const Target& target) {
  std::string text = target.text();
  if (target.port == 80) text.resize(text.size() - std::string_view(":80").size());
  return text;
}

std::string head_for_site(const RequestHead& head, const HttpUrl& url) {
  const std::vector<std::string> named = named_by_connection(head.fields);
  std::string text =
      fmt::format("{} {} {}\r\nHost: {}\r\n", head.method, url.path, head.version, host_field(url.target));
  for (const auto& [name, value] : head.fields) {
    if (name == "host" || name == "content-length" || stays_here(name, named)) continue;
    text += fmt::format("{}: {}\r\n", name, value);
  }
  if (!head.field("content-length").empty()) text += fmt::format("Content-Length: {}\r\n", head.body_bytes);
  return text + "Connection: close\r\n\r\n";
}

}  // namespace

std::optional<std::size_t> request_head_size(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t end = bytes.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  return end + kEnd.size();
}

std::optional<std::size_t> response_head_size(std::string_view bytes) {
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos; at = bytes.find('\n', at + 1)) {
    const std::string_view rest = bytes.substr(at + 1);
    if (rest.starts_with('\n')) return at + 2;
    if (rest.starts_with("\r\n")) return at + 3;
  }
  return std::nullopt;
}

std::string_view RequestHead::field(std::string_view name) const {
  const auto found = std::ranges::find_if(fields, [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

Decision<RequestHead> read_request_head(std::string_view head) {
  constexpr std::string_view kLineEnd = "\r\n";
  if (!head.ends_with("\r\n\r\n")) return malformed("The request's head is not finished.");
  head.remove_suffix(kLineEnd.size());
  RequestHead result;
  if (const auto ok = read_request_line(take_line(head, kLineEnd), result); !ok)
    return tl::unexpected(ok.error());
  while (!head.empty()) {
    if (const auto ok = read_field(take_line(head, kLineEnd), result); !ok) return tl::unexpected(ok.error());
  }
  if (const auto ok = read_framing(result); !ok) return tl::unexpected(ok.error());
  return result;
}

Decision<Request> read_request(const RequestHead& head) {
  if (head.method == "CONNECT") {
    auto target = read_authority(head.target);
    if (!target) return tl::unexpected(target.error());
    return Request{.target = std::move(*target), .tunnel = true, .head = {}, .body_bytes = 0};
  }
  auto url = read_http_url(head.target);
  if (!url) return tl::unexpected(url.error());
  std::string text = head_for_site(head, *url);
  return Request{.target = std::move(url->target),
                 .tunnel = false,
                 .head = std::move(text),
                 .body_bytes = head.body_bytes};
}

Decision<Request> judge_request(const RequestHead& head, const Policy& policy) {
  auto request = read_request(head);
  if (!request) return request;
  if (const auto ok = policy.judge(request->target); !ok) return tl::unexpected(ok.error());
  return request;
}

std::optional<ResponseHead> read_response_head(std::string_view head) {
  const auto next_line = [&head] {
    std::string_view line = take_line(head, "\n");
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  };
  const std::string_view first = next_line();
  constexpr std::size_t kStatusAt = 9;  // "HTTP/1.1 "
  if (!(first.starts_with("HTTP/1.1 ") || first.starts_with("HTTP/1.0 ")) || first.size() < kStatusAt + 3)
    return std::nullopt;
  ResponseHead result;
  const std::string_view digits = first.substr(kStatusAt, 3);
  if (!std::ranges::all_of(digits, is_digit)) return std::nullopt;
  std::from_chars(digits.data(), digits.data() + digits.size(), result.status);
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::string_view> lines;
  for (std::string_view line = next_line(); !line.empty(); line = next_line()) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return std::nullopt;
    fields.emplace_back(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    lines.push_back(line);
  }
  const std::vector<std::string> named = named_by_connection(fields);
  result.head = fmt::format("{}\r\n", first);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& name = fields[i].first;
    // The body goes through as it is, so what says where it ends must stay, whatever Connection names.
    const bool framing = name == "transfer-encoding" || name == "content-length";
    if (framing || !stays_here(name, named)) result.head += fmt::format("{}\r\n", lines[i]);
  }
  result.head += "Connection: close\r\n\r\n";
  return result;
}

std::optional<std::string> ticket_token(std::string_view proxy_authorization) {
  constexpr std::string_view kScheme = "basic ";
  constexpr std::string_view kUser = "hitscope:";
  if (proxy_authorization.size() < kScheme.size() ||
      lower(proxy_authorization.substr(0, kScheme.size())) != kScheme)
    return std::nullopt;
  const auto decoded = from_base64(trimmed(proxy_authorization.substr(kScheme.size())));
  if (!decoded) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(decoded->data()), decoded->size());
  if (!text.starts_with(kUser)) return std::nullopt;
  return std::string(text.substr(kUser.size()));
}

}  // namespace hitscope::egress
