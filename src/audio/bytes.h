// Numbers and marks inside byte buffers, read with bounds: what lies past the end reads as zero or no match.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hitscope::bytes {

inline std::uint64_t big_endian(std::span<const std::byte> bytes, std::size_t offset, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value =
        (value << 8) | (offset + i < bytes.size() ? std::to_integer<std::uint64_t>(bytes[offset + i]) : 0);
  }
  return value;
}

inline std::uint64_t little_endian(std::span<const std::byte> bytes, std::size_t offset, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value =
        (value << 8) | (offset + i < bytes.size() ? std::to_integer<std::uint64_t>(bytes[offset + i]) : 0);
  }
  return value;
}

inline bool has_mark(std::span<const std::byte> bytes, std::size_t offset, std::string_view mark) {
  if (offset > bytes.size() || bytes.size() - offset < mark.size()) return false;
  for (std::size_t i = 0; i < mark.size(); ++i) {
    if (std::to_integer<char>(bytes[offset + i]) != mark[i]) return false;
  }
  return true;
}

}  // namespace hitscope::bytes
