#include "data/utf8.h"

#include <cstdint>
#include <cstring>

namespace hitscope {
namespace {

struct Sequence {
  std::size_t length;
  unsigned second_low;
  unsigned second_high;
};

// What may follow a lead byte; length 0 for a byte that cannot lead.
Sequence sequence_of(unsigned lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  std::size_t i = 0;
  while (i < text.size()) {
    // Tables are mostly ASCII: eight bytes at a step while no high bit shows.
    std::uint64_t word = 0;
    if (i + sizeof word <= text.size()) {
      std::memcpy(&word, text.data() + i, sizeof word);
      if ((word & 0x8080808080808080ULL) == 0) {
        i += sizeof word;
        continue;
      }
    }
    if (byte(i) < 0x80) {
      ++i;
      continue;
    }
    const Sequence sequence = sequence_of(byte(i));
    if (sequence.length == 0 || i + sequence.length > text.size()) return i;
    if (byte(i + 1) < sequence.second_low || byte(i + 1) > sequence.second_high) return i;
    for (std::size_t k = 2; k < sequence.length; ++k) {
      if ((byte(i + k) & 0xC0U) != 0x80U) return i;
    }
    i += sequence.length;
  }
  return text.size();
}

}  // namespace hitscope
