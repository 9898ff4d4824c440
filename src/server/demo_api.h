// /demo: the demo tracks that the build renders, so that a visitor without a file at hand can try. Where the
// program stands without its demo folder the list is empty.
#pragma once

#include <filesystem>

#include "server/router.h"
#include "server/services.h"

namespace hitscope::server {

// The folder beside the running program (demo/), or where it is installed (../share/hitscope/demo).
[[nodiscard]] std::filesystem::path demo_folder();

void add_demo_routes(Router& router, const Services& services, const std::filesystem::path& folder);

}  // namespace hitscope::server
