#pragma once

#include <string>

namespace hitscope {

[[nodiscard]] inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace hitscope
