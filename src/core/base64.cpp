#include "core/base64.h"

#include <array>
#include <cstdint>

namespace hitscope {
namespace {

constexpr std::uint8_t kNoDigit = 0xFF;

struct Alphabet {
  std::string_view digits;
  std::array<std::uint8_t, 256> values{};  // of each character

  constexpr explicit Alphabet(std::string_view its_digits) : digits(its_digits) {
    values.fill(kNoDigit);
    for (std::size_t i = 0; i < digits.size(); ++i) {
      values[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
    }
  }
};

constexpr Alphabet kStandard("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
constexpr Alphabet kUrl("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

std::string encoded(std::span<const std::byte> bytes, const Alphabet& alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  while (!bytes.empty()) {
    // Up to three bytes, at the top of 24 bits.
    const auto group = bytes.first(bytes.size() < 3 ? bytes.size() : 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      bits |= std::to_integer<std::uint32_t>(group[i]) << (16 - 8 * i);
    }
    for (std::size_t i = 0; i <= group.size(); ++i) text += alphabet.digits[bits >> (18 - 6 * i) & 0x3FU];
    bytes = bytes.subspan(group.size());
  }
  return text;
}

// Without padding.
std::optional<std::vector<std::byte>> decoded(std::string_view text, const Alphabet& alphabet) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char digit : text) {
    const std::uint8_t value = alphabet.values[static_cast<unsigned char>(digit)];
    if (value == kNoDigit) return std::nullopt;
    bits = bits << 6U | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<std::byte>(bits >> held & 0xFFU));
  }
  if ((bits & ((1U << held) - 1U)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string to_base64(std::span<const std::byte> bytes) {
  std::string text = encoded(bytes, kStandard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::vector<std::byte>> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decoded(text, kStandard);
}

std::string to_base64url(std::span<const std::byte> bytes) {
  return encoded(bytes, kUrl);
}

std::optional<std::vector<std::byte>> from_base64url(std::string_view text) {
  return decoded(text, kUrl);
}

}  // namespace hitscope
