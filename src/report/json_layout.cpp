#include "report/json_layout.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "report/plain_text.h"

namespace hitscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLineWidth = 100;

std::string on_one_line(const Json& value) {
  if (!value.is_structured()) return compact_json(value);
  std::string text(1, value.is_object() ? '{' : '[');
  bool first = true;
  for (const auto& item : value.items()) {
    if (!first) text += ", ";
    first = false;
    if (value.is_object()) text += compact_json(Json(item.key())) + ": ";
    text += on_one_line(item.value());
  }
  return text + (value.is_object() ? '}' : ']');
}

bool holds_only_scalars(const Json& value) {
  return std::ranges::none_of(value, [](const Json& item) { return item.is_structured(); });
}

// A long list of numbers, as many to a line as fit.
std::string filled_lines(const Json& list, const std::string& margin) {
  std::string text = "[\n" + margin;
  std::size_t column = margin.size();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string item = compact_json(list[i]) + (i + 1 < list.size() ? "," : "");
    if (i != 0 && column + 1 + count_characters(item) > kLineWidth) {
      text += '\n' + margin;
      column = margin.size();
    } else if (i != 0) {
      text += ' ';
      ++column;
    }
    text += item;
    column += count_characters(item);
  }
  return text + '\n' + margin.substr(2) + ']';
}

}  // namespace

std::string compact_json(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string readable_json(const nlohmann::ordered_json& value, int indent) {
  std::string line = on_one_line(value);
  if (!value.is_structured() || value.empty() ||
      count_characters(line) + static_cast<std::size_t>(indent) <= kLineWidth) {
    return line;
  }
  const std::string margin(static_cast<std::size_t>(indent) + 2, ' ');
  if (value.is_array() && holds_only_scalars(value)) return filled_lines(value, margin);
  std::string text(1, value.is_object() ? '{' : '[');
  bool first = true;
  for (const auto& item : value.items()) {
    text += first ? "\n" : ",\n";
    first = false;
    text += margin;
    if (value.is_object()) text += compact_json(Json(item.key())) + ": ";
    text += readable_json(item.value(), indent + 2);
  }
  return text + "\n" + margin.substr(2) + (value.is_object() ? '}' : ']');
}

}  // namespace hitscope
