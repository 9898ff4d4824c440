// SHA-256 (FIPS 180-4): the identity of a file's content, whatever its name. As text always 64 lower-case
// hexadecimal digits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "audio/byte_source.h"
#include "core/error.h"

namespace hitscope {

inline constexpr std::size_t kSha256Bytes = 32;

// Of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::span<const std::byte> bytes);
  // Once, at the end.
  [[nodiscard]] std::array<std::uint8_t, kSha256Bytes> digest();
  [[nodiscard]] std::string hex();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Reads the source from its first byte to its last; leaves it at the end. Errors: unreadable.
[[nodiscard]] Result<std::string> sha256_hex(ByteSource& source);

}  // namespace hitscope
