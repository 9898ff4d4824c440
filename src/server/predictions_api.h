// /v1/predictions: features in, verdict out, for what-if questions; /v1/models: who judges and how well.
#pragma once

#include "server/router.h"
#include "server/services.h"

namespace hitscope::server {

void add_predictions_routes(Router& router, const Services& services);

}  // namespace hitscope::server
