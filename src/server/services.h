// What the handlers share, made once by the server.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/predictor.h"
#include "server/events.h"
#include "server/jobs.h"
#include "server/metrics.h"
#include "server/options.h"
#include "server/spool.h"
#include "store/store.h"

namespace hitscope::server {

struct ServedModel {
  std::string name;
  Predictor predictor;
};

struct Services {
  const ServeOptions& options;
  Store& store;
  const Spool& spool;
  EventHub& hub;
  Metrics& metrics;
  Jobs& jobs;
  const std::optional<Error>& no_fetching;  // why links are not fetched here; empty: they are
  const std::vector<ServedModel>& models;   // the first is the one that judges audio
  // For what blocks (the store, disks): never on a thread that answers requests.
  boost::asio::thread_pool& blocking;
  // For what computes long (explanations), one at a time.
  boost::asio::thread_pool& computing;
};

}  // namespace hitscope::server
