// The whole of `hitscope serve`: opens the history, starts workers and listener, takes up what an earlier run
// left undone, and at the end hands back what it could not finish.
#pragma once

#include <memory>
#include <string>

#include "core/error.h"
#include "server/options.h"

namespace hitscope::server {

class Server {
 public:
  // Starts everything; when it returns, requests are answered. Errors: not_found, unreadable, model_invalid,
  // busy (the port or the data folder is in use), internal (no sandbox here, ...).
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const ServeOptions& options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();  // as stop(0)

  [[nodiscard]] std::string address() const;  // "http://127.0.0.1:8080"

  // No new connections; running analyses may take `seconds`; then streams and connections end.
  void stop(double seconds);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace hitscope::server
