// A link that somebody wants to be heard: recorded and queued to be fetched, as an upload is once its bytes
// are here. What is wrong with the link itself shows when it is fetched, except where nothing is fetched at
// all.
#pragma once

#include <string>

#include "core/error.h"
#include "server/services.h"

namespace hitscope::server {

struct LinkRequest {
  std::string owner;
  std::string link;
  std::string name;  // empty: what the site calls it
};

// On a thread that may block. The id of the new analysis, which survives a kill. Errors: url_blocked (nothing
// is fetched here: why), busy (the queue is full), internal.
[[nodiscard]] Result<std::string> accept_link(const Services& services, const LinkRequest& request);

}  // namespace hitscope::server
