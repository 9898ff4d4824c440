#include "server/router.h"

#include <algorithm>
#include <utility>

namespace hitscope::server {
namespace {

std::string_view allowed_by(Method method) {
  switch (method) {
    case Method::get:
      return "GET, HEAD";
    case Method::post:
      return "POST";
    case Method::del:
      return "DELETE";
    default:
      return "";
  }
}

bool is_name(std::string_view segment) {
  return segment.starts_with('{');
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    segments.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(segments.back().size());
  }
  return segments;
}

// The decoded values of the names, or nothing where the path is another one.
std::optional<std::vector<std::string>> fit(const std::vector<std::string>& pattern,
                                            const std::vector<std::string_view>& segments) {
  if (pattern.size() != segments.size()) return std::nullopt;
  std::vector<std::string> parameters;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_name(pattern[i])) {
      if (pattern[i] != segments[i]) return std::nullopt;
      continue;
    }
    auto value = percent_decoded(segments[i], false);
    if (!value || value->empty()) return std::nullopt;
    parameters.push_back(std::move(*value));
  }
  return parameters;
}

}  // namespace

void Router::add(Route route) {
  const std::string pattern = route.pattern;
  if (pattern.find('{') == std::string::npos) {
    plain_[pattern].routes.push_back(std::move(route));
    return;
  }
  std::vector<std::string> segments;
  for (const std::string_view segment : segments_of(pattern)) segments.emplace_back(segment);
  auto place = std::ranges::find(with_names_, segments, &Place::segments);
  if (place == with_names_.end()) place = with_names_.insert(place, {std::move(segments), {}});
  place->routes.push_back(std::move(route));
}

void Router::choose(const std::vector<Route>& routes, Method method, Match& match) {
  const Method wanted = method == Method::head ? Method::get : method;
  for (const Route& route : routes) {
    if (route.method == wanted) match.route = &route;
    match.allowed += (match.allowed.empty() ? "" : ", ") + std::string(allowed_by(route.method));
  }
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match match;
  if (const auto plain = plain_.find(path); plain != plain_.end()) {
    choose(plain->second.routes, method, match);
    return match;
  }
  const auto segments = segments_of(path);
  for (const Place& place : with_names_) {
    auto parameters = fit(place.segments, segments);
    if (!parameters) continue;
    match.parameters = std::move(*parameters);
    choose(place.routes, method, match);
    return match;
  }
  return match;
}

}  // namespace hitscope::server
