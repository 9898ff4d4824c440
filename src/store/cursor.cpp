#include "store/cursor.h"

#include <charconv>
#include <span>
#include <system_error>

#include "core/base64.h"
#include "store/text.h"

namespace hitscope {

std::string to_text(const Cursor& cursor) {
  const std::string plain = std::to_string(cursor.created_ms) + ' ' + cursor.id;
  return to_base64url(std::as_bytes(std::span(plain)));
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  const auto bytes = from_base64url(text);
  if (!bytes) return std::nullopt;
  const auto* const begin = reinterpret_cast<const char*>(bytes->data());
  const char* const end = begin + bytes->size();
  Cursor cursor;
  const auto [after, problem] = std::from_chars(begin, end, cursor.created_ms);
  if (problem != std::errc{} || after == end || *after != ' ') return std::nullopt;
  cursor.id.assign(after + 1, end);
  if (!is_storable(cursor.id)) return std::nullopt;
  return cursor;
}

}  // namespace hitscope
