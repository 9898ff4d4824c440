// UTF-8 as the Unicode standard defines it (table 3-7): no overlong forms, no surrogates, nothing above
// U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace hitscope {

// The offset of the first byte that does not belong to a well-formed sequence; text.size() if all do.
[[nodiscard]] std::size_t first_invalid_utf8(std::string_view text);

}  // namespace hitscope
