// Bytes as text (RFC 4648): base64 in whole groups of four with padding (section 4), and base64url without it
// (section 5), which addresses, headers and file names take as it is.
//
// Decoding is strict: one text for each sequence of bytes, nothing for any other.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hitscope {

[[nodiscard]] std::string to_base64(std::span<const std::byte> bytes);
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64(std::string_view text);

[[nodiscard]] std::string to_base64url(std::span<const std::byte> bytes);
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64url(std::string_view text);

}  // namespace hitscope
