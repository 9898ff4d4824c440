#include "report/paint.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hitscope {
namespace {

constexpr std::array<std::string_view, 8> kEighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

std::string_view code(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::bold:
      return "\033[1m";
    case Ink::dim:
      return "\033[2m";
    case Ink::green:
      return "\033[1;32m";
    case Ink::yellow:
      return "\033[1;33m";
    case Ink::red:
      return "\033[1;31m";
    case Ink::cyan:
      return "\033[36m";
  }
  return "";
}

}  // namespace

std::string Paint::operator()(Ink ink, std::string_view text) const {
  if (!colour_ || ink == Ink::plain || text.empty()) return std::string(text);
  return std::string(code(ink)).append(text).append("\033[0m");
}

std::string bar(double share, std::size_t width) {
  const double clamped = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  const auto eighths = static_cast<std::size_t>(std::lround(clamped * 8.0 * static_cast<double>(width)));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  text += kEighths[eighths % 8];
  for (std::size_t used = eighths / 8 + (eighths % 8 != 0 ? 1 : 0); used < width; ++used) text += "░";
  return text;
}

}  // namespace hitscope
