// XXH64: the 64-bit checksum that guards a bundle against bit rot and truncation (one pass at memory speed,
// where SHA-256 would cost more than all else in loading). It is no defence against forgery.
// Source: xxHash specification 0.1.1, Yann Collet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hitscope {

[[nodiscard]] std::uint64_t xxh64(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace hitscope
