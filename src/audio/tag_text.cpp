#include "audio/tag_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace hitscope {
namespace {

// Length of the well-formed UTF-8 sequence at the front (Unicode 15, table 3-7), 0 if there is none.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto follows = [byte](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;  // no surrogates
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;  // nothing above U+10FFFF
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string latin1_to_utf8(std::string_view text) {
  std::string utf8;
  for (const char letter : text) {
    const auto value = static_cast<unsigned char>(letter);
    if (value < 0x80) {
      utf8.push_back(letter);
    } else {
      utf8.push_back(static_cast<char>(0xC0U | (value >> 6U)));
      utf8.push_back(static_cast<char>(0x80U | (value & 0x3FU)));
    }
  }
  return utf8;
}

}  // namespace

std::string clean_tag_text(std::string_view raw) {
  constexpr std::size_t kMostBytes = 1000;
  raw = raw.substr(0, raw.find('\0'));
  std::string text = is_utf8(raw) ? std::string(raw) : latin1_to_utf8(raw);
  if (text.size() > kMostBytes) {
    std::size_t end = 0;
    while (end + utf8_sequence(std::string_view(text).substr(end)) <= kMostBytes) {
      end += utf8_sequence(std::string_view(text).substr(end));
    }
    text.resize(end);
  }
  std::erase_if(text,
                [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F; });
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace hitscope
