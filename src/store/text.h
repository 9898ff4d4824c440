// What the databases take as text, and what a search compares.
//
// SQLite stores any bytes as text, PostgreSQL refuses NUL and what is not UTF-8. So that both hold the same
// history, text is mended before it is written or compared: every NUL, and every byte that belongs to no
// well-formed sequence (Unicode, table 3-7), becomes U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace hitscope {

// Whether storable() would leave it as it is.
[[nodiscard]] bool is_storable(std::string_view text);
[[nodiscard]] std::string storable(std::string_view text);

// Storable, and equal for texts that differ only in case: simple case mapping of every script that C.UTF-8
// of the C library knows, ASCII alone where there is no such locale. Composed and decomposed letters stay
// different.
[[nodiscard]] std::string folded(std::string_view text);

}  // namespace hitscope
