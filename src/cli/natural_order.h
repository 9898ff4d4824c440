// Natural order of names: "track 2" before "track 10". Runs of digits compare by their number, everything
// else byte by byte, so the order is the same in every locale. Equal in that sense, fewer leading zeros come
// first.
#pragma once

#include <string_view>

namespace hitscope::cli {

[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

}  // namespace hitscope::cli
