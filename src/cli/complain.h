// An error that ends a command, in words on stderr.
#pragma once

#include <string_view>

#include "cli/console.h"
#include "core/error.h"

namespace hitscope::cli {

// "hitscope: ABOUT: message", the detail below it. Returns kSomeFailed.
int complain(const Console& console, std::string_view about, const Error& error);

}  // namespace hitscope::cli
