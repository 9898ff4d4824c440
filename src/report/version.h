// The version of the program, as CMakeLists.txt states it (a test keeps the two equal).
#pragma once

#include <string_view>

namespace hitscope {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace hitscope
