// HMAC-SHA-256 (RFC 2104): a signature that only who has the key can make.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "report/sha256.h"

namespace hitscope {

[[nodiscard]] std::array<std::uint8_t, kSha256Bytes> hmac_sha256(std::span<const std::uint8_t> key,
                                                                 std::string_view message);

}  // namespace hitscope
