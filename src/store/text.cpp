#include "store/text.h"

#include <clocale>
#include <cstddef>
#include <cwctype>
#include <optional>

namespace hitscope {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct CodePoint {
  char32_t value;
  std::size_t bytes;
};

// The code point at the start of a text that is not empty; nothing where none is well formed.
std::optional<CodePoint> first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) -> char32_t { return static_cast<unsigned char>(text[i]); };
  const char32_t lead = byte(0);
  if (lead < 0x80) return CodePoint{lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return std::nullopt;
  char32_t value = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return std::nullopt;
    value = value << 6U | (byte(i) & 0x3FU);
  }
  const bool overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return std::nullopt;
  return CodePoint{value, bytes};
}

void append(std::string& text, char32_t value) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (value < 0x80) {
    put(value);
    return;
  }
  if (value < 0x800) {
    put(0xC0U | value >> 6U);
  } else {
    if (value < 0x10000) {
      put(0xE0U | value >> 12U);
    } else {
      put(0xF0U | value >> 18U);
      put(0x80U | (value >> 12U & 0x3FU));
    }
    put(0x80U | (value >> 6U & 0x3FU));
  }
  put(0x80U | (value & 0x3FU));
}

// A locale of its own: what the program's or the machine's says must not change what is found.
class UnicodeCase {
 public:
  UnicodeCase() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
  UnicodeCase(const UnicodeCase&) = delete;
  UnicodeCase& operator=(const UnicodeCase&) = delete;
  ~UnicodeCase() {
    if (locale_ != nullptr) ::freelocale(locale_);
  }

  // Up, then down: letters with two small forms (the Greek sigmas) meet in their capital.
  [[nodiscard]] char32_t fold(char32_t value) const {
    if (value < 0x80) return value >= U'A' && value <= U'Z' ? value + (U'a' - U'A') : value;
    if (locale_ == nullptr) return value;
    return static_cast<char32_t>(
        ::towlower_l(::towupper_l(static_cast<std::wint_t>(value), locale_), locale_));
  }

 private:
  ::locale_t locale_;
};

}  // namespace

bool is_storable(std::string_view text) {
  while (!text.empty()) {
    const auto next = first_of(text);
    if (!next || next->value == 0) return false;
    text.remove_prefix(next->bytes);
  }
  return true;
}

std::string storable(std::string_view text) {
  std::string mended;
  mended.reserve(text.size());
  while (!text.empty()) {
    const auto next = first_of(text);
    const bool sound = next && next->value != 0;
    mended += sound ? text.substr(0, next->bytes) : kReplacement;
    text.remove_prefix(next ? next->bytes : 1);
  }
  return mended;
}

std::string folded(std::string_view text) {
  static const UnicodeCase unicode;
  const std::string mended = storable(text);
  std::string result;
  result.reserve(mended.size());
  for (std::string_view rest = mended; !rest.empty();) {
    const auto next = first_of(rest).value_or(CodePoint{U'\uFFFD', 1});  // always there: it is mended
    append(result, unicode.fold(next.value));
    rest.remove_prefix(next.bytes);
  }
  return result;
}

}  // namespace hitscope
