// "Did you mean ...?": the known word closest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hitscope::cli {

// The word of `known` within two edits (insert, drop, replace, swap neighbours) of `typed` and fewer than
// half its length; the first of equals; empty if none.
[[nodiscard]] std::string nearest_word(std::string_view typed, const std::vector<std::string>& known);

}  // namespace hitscope::cli
