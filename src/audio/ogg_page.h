// One page of an Ogg stream (RFC 3533): enough to tell what a file carries, whether its first pages are whole
// and how it ends. libsndfile and FFmpeg do the demultiplexing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace hitscope {

struct OggPage {
  static constexpr std::size_t kMostBytes = 27 + 255 + 255 * 255;

  std::uint32_t serial = 0;  // of the logical stream it belongs to
  bool begins_stream = false;
  bool ends_stream = false;
  int packets_ended = 0;  // packets whose last byte lies in this page
  std::size_t header_bytes = 0;
  std::size_t body_bytes = 0;

  [[nodiscard]] std::size_t size() const { return header_bytes + body_bytes; }
};

// bytes: from the page's mark on; the body need not be there. nullopt: no mark, or not even the header.
[[nodiscard]] std::optional<OggPage> parse_ogg_page(std::span<const std::byte> bytes);

// Whether all of the page is there and its checksum is right.
[[nodiscard]] bool is_intact(const OggPage& page, std::span<const std::byte> bytes);

}  // namespace hitscope
