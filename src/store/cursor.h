// A place in the history, newest first: the last analysis of a page, by when it was created and its id. As
// text it is opaque to those who hand it back, and not to be trusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hitscope {

struct Cursor {
  std::int64_t created_ms = 0;
  std::string id;
};

[[nodiscard]] std::string to_text(const Cursor& cursor);
[[nodiscard]] std::optional<Cursor> parse_cursor(std::string_view text);

}  // namespace hitscope
