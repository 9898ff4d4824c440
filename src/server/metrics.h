// What the server counts, for Prometheus (text exposition format). Names start with hitscope_; durations are
// in seconds. No label ever holds anything of a visitor.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"

namespace hitscope::server {

class Metrics {
 public:
  Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  ~Metrics();

  // route: a pattern, never a path.
  void request(std::string_view method, std::string_view route, unsigned status, double seconds);
  void accepted();  // an analysis was taken on
  void answered_from_history();
  void failed(std::string_view type);                  // type_name of the error, or "cancelled"
  void stage(std::string_view stage, double seconds);  // "queued", "working"; of the latter "decoding", ...
  void worker_restarted();

  // Gauges, set when they are asked for.
  struct Now {
    std::size_t queued = 0;
    std::size_t running = 0;
    std::size_t workers = 0;
    std::size_t connections = 0;
    std::size_t streams = 0;
    double uptime_s = 0;
  };
  [[nodiscard]] std::string text(const Now& now);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace hitscope::server
