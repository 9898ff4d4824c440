// Bodies that are JSON: read once, by hand-written rules, each breach named.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.h"

namespace hitscope::server {

using Json = nlohmann::json;

// An object with none but these members. Errors: table_invalid, the detail says what is wrong.
[[nodiscard]] Result<Json> json_object(std::string_view body,
                                       std::initializer_list<std::string_view> members);

}  // namespace hitscope::server
