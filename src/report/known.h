// What is not known is null in JSON: an empty optional, an empty text.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace hitscope {

template <typename T>
[[nodiscard]] nlohmann::ordered_json known(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

[[nodiscard]] inline nlohmann::ordered_json known(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

}  // namespace hitscope
