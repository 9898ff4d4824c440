#include "store/address.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace hitscope {
namespace {

tl::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorKind::unreadable, "The address of the history database is malformed.", std::move(detail));
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char character : text) {
    if (kPlain.find(character) != std::string_view::npos) {
      encoded += character;
    } else {
      const auto byte = static_cast<unsigned char>(character);
      encoded += '%';
      encoded += kHex[byte >> 4U];
      encoded += kHex[byte & 0xFU];
    }
  }
  return encoded;
}

// What stands between the first ':' and the last '@' of the authority: the password as it was typed.
std::string typed_password(std::string_view url) {
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t at = url.rfind('@');
  const std::size_t colon = url.find(':');
  if (at == std::string_view::npos || colon > at) return "";
  return std::string(url.substr(colon + 1, at - colon - 1));
}

Result<DatabaseAddress> sqlite_address(const std::string& path) {
  if (path.empty()) return malformed("a path is missing");
  if (path.find('\0') != std::string::npos) return malformed("a path cannot hold a NUL byte");
  if (path == ":memory:") return malformed("a history in memory alone is not supported");
  std::error_code problem;
  DatabaseAddress address;
  address.dialect = &sqlite_dialect();
  address.file = std::filesystem::absolute(path, problem);
  if (problem) return malformed(problem.message());
  // SOCI takes a text without '=' for the path; otherwise the path has to be quoted, and cannot hold quotes.
  address.connect_string = address.file.string();
  if (address.connect_string.find('=') != std::string::npos) {
    if (address.connect_string.find('"') != std::string::npos) {
      return malformed("a path cannot hold both = and \"");
    }
    address.connect_string = "dbname=\"" + address.connect_string + '"';
  }
  return address;
}

Result<DatabaseAddress> postgresql_address(const std::string& url) {
  // libpq's own words would repeat parts of the address, which may be the password.
  char* words = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(url.c_str(), &words), &PQconninfoFree);
  PQfreemem(words);
  if (options == nullptr || url.find('\0') != std::string::npos) {
    return malformed(
        "expected postgresql://USER:PASSWORD@HOST:PORT/NAME, with %XX for what is not a letter "
        "or a digit in its parts");
  }

  DatabaseAddress address;
  address.dialect = &postgresql_dialect();
  address.secrets.push_back(typed_password(url));
  // SOCI 4.0 takes its connect string apart at '=', white space and quotes. Written anew with every part as
  // an option and everything special encoded, there is nothing to trip over.
  address.connect_string = "postgresql:///?";
  const auto add = [&](const std::string& name, std::string_view value) {
    if (!address.connect_string.ends_with('?')) address.connect_string += '&';
    address.connect_string += name + '=' + percent_encoded(value);
  };
  // Defaults of ours, unless the address says otherwise: a call must not hang where the network does.
  std::array<std::pair<std::string_view, std::string_view>, 3> defaults = {
      {{"connect_timeout", "10"}, {"tcp_user_timeout", "15000"}, {"application_name", "hitscope"}}};
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string name = option->keyword;
    if (name == "client_encoding") continue;
    const auto* const ours = std::ranges::find(defaults, name, [](const auto& entry) { return entry.first; });
    if (option->val != nullptr) {
      add(name, option->val);
      if (name == "password" || name == "sslpassword") {
        address.secrets.emplace_back(option->val);
        address.secrets.push_back(percent_encoded(option->val));
      }
    } else if (ours != defaults.end()) {
      add(name, ours->second);
    }
  }
  add("client_encoding", "UTF8");

  std::erase(address.secrets, "");
  // The longest first, lest a shorter one within it leaves its rest behind.
  std::ranges::sort(address.secrets, [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return address;
}

}  // namespace

Result<DatabaseAddress> parse_address(const std::string& url) {
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return postgresql_address(url);
  constexpr std::string_view kSqlite = "sqlite:";
  if (url.starts_with(kSqlite)) return sqlite_address(url.substr(kSqlite.size()));
  if (url.find("://") != std::string::npos) {
    return malformed("expected sqlite:PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME");
  }
  return sqlite_address(url);
}

std::string without_secrets(std::string text, const DatabaseAddress& address) {
  constexpr std::string_view kHidden = "***";
  for (const std::string& secret : address.secrets) {
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + kHidden.size())) {
      text.replace(at, secret.size(), kHidden);
    }
  }
  return text;
}

}  // namespace hitscope
