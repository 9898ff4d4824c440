// Whose history a request speaks for. A visitor is known by a cookie that we made and signed (HMAC-SHA-256
// with a key only this server has), or by a bearer token from the operator's file. A cookie that is not ours
// is as good as none: its sender becomes a new visitor.
//
// The owner is an opaque string for the store: "v" and the visitor's id, or "t" and a digest of the token, so
// that tokens are never stored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/error.h"

namespace hitscope::server {

// 128 random bits from the system as 22 characters of base64url: not to be guessed.
[[nodiscard]] std::string random_id();

struct Visitor {
  std::string owner;
  std::string set_cookie;  // of a new visitor; else empty
};

class Visitors {
 public:
  // Reads the signing key, or makes one (mode 0600). token_file: one token a line, "#" for comments; empty:
  // no tokens. Errors: not_found, unreadable.
  [[nodiscard]] static Result<Visitors> open(const std::filesystem::path& key_file,
                                             const std::filesystem::path& token_file);

  // cookie, authorization: the headers. `secure`: the visitor came by HTTPS, so the cookie may go by nothing
  // else. `in_frames`: the cookie goes along inside other sites' frames, too, one for each site (CHIPS); only
  // by HTTPS. What another site's page may send is for the gate (gate.h) to judge. Errors: unreadable (a
  // bearer token that is not known).
  [[nodiscard]] Result<Visitor> identify(std::string_view cookie, std::string_view authorization, bool secure,
                                         bool in_frames = false) const;

 private:
  [[nodiscard]] std::string signature(std::string_view id) const;

  std::vector<std::uint8_t> key_;
  std::unordered_set<std::string> token_digests_;
};

}  // namespace hitscope::server
