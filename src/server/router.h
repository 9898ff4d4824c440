// Which handler answers which method and path. Patterns are paths whose segments may be names in braces:
// "/v1/analyses/{id}". Paths without names are found by hash, the few with names by trying each.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/http.h"

namespace hitscope::server {

struct Route {
  Method method = Method::get;
  std::string pattern;
  Handler handler;                     // exactly one of handler and sink is set
  SinkMaker sink;                      // for bodies too large for memory
  std::vector<std::string> arguments;  // names that its query may hold
  bool any_arguments = false;          // ... or any: pages, whose scripts read the query themselves
  bool takes_json = false;             // a POST whose body must be application/json
  bool needs_owner = false;
  bool quiet = false;  // asked so often that only a debug log has it
};

class Router {
 public:
  void add(Route route);

  struct Match {
    const Route* route = nullptr;
    std::vector<std::string> parameters;
    std::string allowed;  // "GET, HEAD": where the path is known but not with this method
  };
  // HEAD is answered by GET's route. path: not decoded.
  [[nodiscard]] Match match(Method method, std::string_view path) const;

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct Place {
    std::vector<std::string> segments;  // "{id}" for a name; unused for plain paths
    std::vector<Route> routes;          // one a method
  };
  static void choose(const std::vector<Route>& routes, Method method, Match& match);

  std::unordered_map<std::string, Place, Hash, std::equal_to<>> plain_;
  std::vector<Place> with_names_;
};

}  // namespace hitscope::server
