#include "report/plain_text.h"

#include <cstdint>

namespace hitscope {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // 0: not a well-formed sequence
};

// Decodes the sequence at the front of `text`, which is not empty (Unicode standard, table 3-7).
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, length};
}

bool moves_the_cursor(char32_t value) {
  const bool control = value < 0x20 || (value >= 0x7F && value < 0xA0);
  const bool line_break = value == 0x2028 || value == 0x2029;
  const bool bidirectional = (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
  return control || line_break || bidirectional;
}

template <typename Refuse>
std::string replace_if(std::string_view text, Refuse refuse) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode(text);
    if (point.length == 0 || refuse(point.value)) {
      result += kReplacement;
    } else {
      result += text.substr(0, point.length);
    }
    text.remove_prefix(point.length == 0 ? 1 : point.length);
  }
  return result;
}

}  // namespace

std::string well_formed_utf8(std::string_view text) {
  return replace_if(text, [](char32_t) { return false; });
}

std::string printable(std::string_view text) {
  return replace_if(text, moves_the_cursor);
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

std::string wrap(std::string_view text, std::size_t width, std::string_view indent) {
  std::string result;
  std::size_t column = 0;  // 0: nothing on this line yet
  const std::size_t indent_width = count_characters(indent);
  while (!text.empty()) {
    const std::size_t start = text.find_first_not_of(' ');
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const std::size_t length = count_characters(word);
    if (column != 0 && column + 1 + length > width) {
      result += '\n';
      column = 0;
    }
    if (column == 0) {
      result += indent;
      column = indent_width;
    } else {
      result += ' ';
      ++column;
    }
    result += word;
    column += length;
  }
  if (column != 0) result += '\n';
  return result;
}

}  // namespace hitscope
