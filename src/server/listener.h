// Listens on an address and serves the connections that come, on a few threads: each connection lives on one
// of them. Connections beyond the limits are closed at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/error.h"
#include "server/site.h"

namespace hitscope::server {

class Listener {
 public:
  // site and limits must outlive the listener. count_clients: apply the limit of connections per client.
  Listener(const Site& site, const HttpLimits& limits, unsigned threads, bool count_clients);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();  // closes everything

  // port 0: any free one. Errors: busy (the port is taken), unreadable (no such address here).
  [[nodiscard]] Result<void> listen(const std::string& host, unsigned short port);
  [[nodiscard]] unsigned short port() const;

  void start();
  void stop_accepting();  // connections live on
  void stop();            // ends them

  [[nodiscard]] std::size_t connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hitscope::server
