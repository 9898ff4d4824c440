#include "server/visitors.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>

#include "audio/byte_source.h"
#include "core/base64.h"
#include "report/hmac.h"
#include "report/sha256.h"

namespace hitscope::server {
namespace {

constexpr std::string_view kCookie = "hitscope_visitor";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kIdLength = 22;
constexpr std::size_t kKeyBytes = 32;

void fill_random(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

// Takes the same time wherever the texts differ.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

// The value of our cookie among those of a Cookie header.
std::string_view cookie_value(std::string_view header) {
  while (!header.empty()) {
    std::string_view pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(pair.size() + 1, header.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(kCookie) && pair.substr(kCookie.size()).starts_with('=')) {
      return pair.substr(kCookie.size() + 1);
    }
  }
  return {};
}

Result<std::string> digest_of(std::string_view text) {
  const auto source = open_view(std::as_bytes(std::span(text)));
  return sha256_hex(*source);
}

Result<std::vector<std::uint8_t>> read_or_make_key(const std::filesystem::path& path) {
  std::vector<std::uint8_t> key(kKeyBytes);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file < 0) {
    return fail(ErrorKind::unreadable, "The key that signs visitors' cookies cannot be opened.",
                fmt::format("{}: {}", path.string(), std::strerror(errno)));
  }
  key.resize(kKeyBytes + 1);  // so that a file that is too long is seen
  ssize_t n = read(file, key.data(), key.size());
  key.resize(kKeyBytes);
  if (n == 0) {
    fill_random(key);
    n = write(file, key.data(), key.size());
    fsync(file);
  }
  close(file);
  if (n != static_cast<ssize_t>(kKeyBytes)) {
    return fail(ErrorKind::unreadable, "The key that signs visitors' cookies is damaged: delete the file.",
                path.string());
  }
  return key;
}

}  // namespace

std::string random_id() {
  std::array<std::uint8_t, kIdBytes> bytes{};
  fill_random(bytes);
  return to_base64url(std::as_bytes(std::span(bytes)));
}

Result<Visitors> Visitors::open(const std::filesystem::path& key_file,
                                const std::filesystem::path& token_file) {
  Visitors visitors;
  auto key = read_or_make_key(key_file);
  if (!key) return tl::unexpected(key.error());
  visitors.key_ = std::move(*key);
  if (token_file.empty()) return visitors;
  std::ifstream file(token_file);
  if (!file) return fail(ErrorKind::not_found, "The file of tokens cannot be read.", token_file.string());
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
    if (line.empty() || line.starts_with('#')) continue;
    auto digest = digest_of(line);
    if (!digest) return tl::unexpected(digest.error());
    visitors.token_digests_.insert(std::move(*digest));
  }
  if (file.bad())
    return fail(ErrorKind::unreadable, "The file of tokens cannot be read.", token_file.string());
  return visitors;
}

std::string Visitors::signature(std::string_view id) const {
  const auto digest = hmac_sha256(key_, id);
  return to_base64url(std::as_bytes(std::span(digest)));
}

Result<Visitor> Visitors::identify(std::string_view cookie, std::string_view authorization, bool secure,
                                   bool in_frames) const {
  if (!authorization.empty()) {
    constexpr std::string_view kBearer = "bearer ";
    if (std::ranges::equal(authorization.substr(0, kBearer.size()), kBearer, {}, [](unsigned char c) {
          return static_cast<char>(std::tolower(c));  // the name of a scheme is in any case: RFC 9110, 11.1
        })) {
      const auto digest = digest_of(authorization.substr(kBearer.size()));
      if (!digest) return tl::unexpected(digest.error());
      if (token_digests_.contains(*digest)) return Visitor{"t" + *digest, {}};
    }
    return fail(ErrorKind::unreadable, "This token is not known here.");
  }
  const std::string_view value = cookie_value(cookie);
  if (value.size() > kIdLength && value[kIdLength] == '.') {
    const std::string_view id = value.substr(0, kIdLength);
    if (same(value.substr(kIdLength + 1), signature(id))) return Visitor{"v" + std::string(id), {}};
  }
  const std::string id = random_id();
  const std::string_view reach = secure && in_frames ? "SameSite=None; Partitioned" : "SameSite=Strict";
  return Visitor{"v" + id, fmt::format("{}={}.{}; Path=/; Max-Age=31536000; HttpOnly; {}{}", kCookie, id,
                                       signature(id), reach, secure ? "; Secure" : "")};
}

}  // namespace hitscope::server
