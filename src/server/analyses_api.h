// /v1/analyses and /v1/events: taking tracks on, showing how far they are and what came out, deleting them.
#pragma once

#include "server/router.h"
#include "server/services.h"

namespace hitscope::server {

void add_analyses_routes(Router& router, const Services& services);

}  // namespace hitscope::server
