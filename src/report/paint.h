// Colours and bars of text output. Without colour, no escape sequence is written at all.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hitscope {

enum class Ink { plain, bold, dim, green, yellow, red, cyan };

class Paint {
 public:
  explicit Paint(bool colour) : colour_(colour) {}
  [[nodiscard]] std::string operator()(Ink ink, std::string_view text) const;

 private:
  bool colour_;
};

// A bar of `width` characters of which `share` (0..1, clamped) is filled, in steps of an eighth of a
// character.
[[nodiscard]] std::string bar(double share, std::size_t width);

}  // namespace hitscope
