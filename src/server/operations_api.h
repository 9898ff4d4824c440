// What operators and browsers ask for: /healthz, /readyz, /metrics, and the pages inside the program.
#pragma once

#include <functional>
#include <optional>

#include "server/router.h"
#include "server/services.h"

namespace hitscope::server {

// connections: how many are open now.
void add_operations_routes(Router& router, const Services& services,
                           std::function<std::size_t()> connections);
void add_page_routes(Router& router);

// For an address that no route knows: the dashboard, with status 404, where a browser asks for a page (its
// script says that there is none). Nothing for other clients and below /v1/: they get problem+json.
[[nodiscard]] std::optional<Response> no_such_page(const Request& request);

}  // namespace hitscope::server
