#include "server/json_body.h"

#include <algorithm>
#include <string>

#include "model/json_reason.h"

namespace hitscope::server {
namespace {

// Deeper than any body of ours, and far from what could exhaust the stack.
constexpr int kMostDepth = 16;

}  // namespace

Result<Json> json_object(std::string_view body, std::initializer_list<std::string_view> members) {
  // The parser would take a NUL for the end, whatever stands behind it.
  if (body.find('\0') != std::string_view::npos) {
    return fail(ErrorKind::table_invalid, "The body is not JSON.", "it holds a NUL");
  }
  Json json;
  try {
    json = Json::parse(body, [](int depth, Json::parse_event_t, Json&) {
      if (depth > kMostDepth) throw std::length_error("nested too deeply");
      return true;
    });
  } catch (const Json::exception& error) {
    return fail(ErrorKind::table_invalid, "The body is not JSON.", json_reason(error.what()));
  } catch (const std::length_error& error) {
    return fail(ErrorKind::table_invalid, "The body is not taken.", error.what());
  }
  if (!json.is_object())
    return fail(ErrorKind::table_invalid, "The body is not taken.", "it is no JSON object");
  for (const auto& [name, value] : json.items()) {
    if (std::ranges::find(members, std::string_view(name)) == members.end()) {
      return fail(ErrorKind::table_invalid, "The body is not taken.", "unknown member: " + name);
    }
  }
  return json;
}

}  // namespace hitscope::server
