#include "audio/ogg_page.h"

#include <array>

#include "audio/bytes.h"

namespace hitscope {
namespace {

// CRC-32 with the polynomial 0x04C11DB7, most significant bit first, from zero: RFC 3533, section 6, field 7.
constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte << 24;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x80000000U) != 0 ? 0x04C11DB7U : 0U);
    table[byte] = crc;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

}  // namespace

std::optional<OggPage> parse_ogg_page(std::span<const std::byte> bytes) {
  constexpr std::size_t kFixedBytes = 27;
  if (!bytes::has_mark(bytes, 0, "OggS") || bytes.size() < kFixedBytes) return std::nullopt;
  const std::uint64_t flags = bytes::little_endian(bytes, 5, 1);
  const auto segments = static_cast<std::size_t>(bytes::little_endian(bytes, 26, 1));
  if (bytes.size() < kFixedBytes + segments) return std::nullopt;
  OggPage page;
  page.begins_stream = (flags & 2) != 0;
  page.ends_stream = (flags & 4) != 0;
  page.serial = static_cast<std::uint32_t>(bytes::little_endian(bytes, 14, 4));
  page.header_bytes = kFixedBytes + segments;
  for (const std::byte lacing : bytes.subspan(kFixedBytes, segments)) {
    page.body_bytes += std::to_integer<std::size_t>(lacing);
    if (lacing != std::byte{255}) ++page.packets_ended;
  }
  return page;
}

bool is_intact(const OggPage& page, std::span<const std::byte> bytes) {
  if (bytes.size() < page.size()) return false;
  constexpr std::size_t kCrcBegin = 22;
  constexpr std::size_t kCrcEnd = 26;
  std::uint32_t crc = 0;
  for (std::size_t i = 0; i < page.size(); ++i) {
    const bool own = i >= kCrcBegin && i < kCrcEnd;  // the checksum counts itself as zero
    const auto byte = own ? 0U : std::to_integer<std::uint32_t>(bytes[i]);
    crc = (crc << 8) ^ kCrcTable[((crc >> 24) ^ byte) & 0xFF];
  }
  return crc == bytes::little_endian(bytes, kCrcBegin, 4);
}

}  // namespace hitscope
