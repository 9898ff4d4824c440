#include "server/log.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

#include "report/json.h"

namespace hitscope::server {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made =
        std::make_shared<spdlog::logger>("hitscope", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})", spdlog::pattern_time_type::utc));
    return made;
  }();
  return *instance;
}

}  // namespace

void set_log_level(LogLevel level) {
  logger().set_level(level_of(level));
}

bool is_logged(LogLevel level) {
  return logger().should_log(level_of(level));
}

void log_event(LogLevel level, std::string_view event, const nlohmann::ordered_json& fields) {
  if (!is_logged(level)) return;
  std::string text = fmt::format(R"("event":{})", json_string(event));
  for (const auto& [name, value] : fields.items()) {
    text += fmt::format(",{}:{}", json_string(name),
                        value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  }
  logger().log(level_of(level), spdlog::string_view_t(text));
}

}  // namespace hitscope::server
