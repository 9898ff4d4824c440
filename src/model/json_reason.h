// What nlohmann::json says of a text it cannot read, without the copy of the text so far that it adds: in a
// model file that would be the whole card.
#pragma once

#include <string>
#include <string_view>

namespace hitscope {

[[nodiscard]] inline std::string json_reason(std::string_view what) {
  return std::string(what.substr(0, what.find("; last read")));
}

}  // namespace hitscope
