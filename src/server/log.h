// The server's log: one JSON object a line on stderr (spdlog). It says what happened, never what was in it:
// no bodies, no file names, no addresses that were asked to be fetched, no cookies, no tokens.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/error.h"

namespace hitscope::server {

enum class LogLevel { debug, info, warning, error, off };

void set_log_level(LogLevel level);
[[nodiscard]] bool is_logged(LogLevel level);
// `fields`: an object, put behind time, level and event.
void log_event(LogLevel level, std::string_view event, const nlohmann::ordered_json& fields);

}  // namespace hitscope::server
