// Lays a JSON value out for reading: what fits on a line stays on it, the rest is broken and indented by two.
// Kept apart from json.h so that callers which only hold reports need not see the JSON library.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace hitscope {

[[nodiscard]] std::string readable_json(const nlohmann::ordered_json& value, int indent = 0);
[[nodiscard]] std::string compact_json(const nlohmann::ordered_json& value);

}  // namespace hitscope
