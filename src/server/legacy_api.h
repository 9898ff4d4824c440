// POST /predict in the shape of the system this one succeeds, so that its web client goes on working: one
// request, one answer when all is measured. New programs use /v1/analyses.
#pragma once

#include "server/router.h"
#include "server/services.h"

namespace hitscope::server {

void add_legacy_routes(Router& router, const Services& services);

}  // namespace hitscope::server
