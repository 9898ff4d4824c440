#include "server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <mutex>
#include <tuple>

#include "report/version.h"

namespace hitscope::server {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

const Histogram::BucketBoundaries kFast = {0.0001, 0.0005, 0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60};
const Histogram::BucketBoundaries kSlow = {0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  Family<Counter>& requests = prometheus::BuildCounter()
                                  .Name("hitscope_http_requests_total")
                                  .Help("Requests answered, by route and status")
                                  .Register(registry);
  Family<Histogram>& request_seconds = prometheus::BuildHistogram()
                                           .Name("hitscope_http_request_seconds")
                                           .Help("From the head of a request to its answer sent, by route")
                                           .Register(registry);
  Family<Counter>& analyses = prometheus::BuildCounter()
                                  .Name("hitscope_analyses_total")
                                  .Help("Analyses taken on, by how they began")
                                  .Register(registry);
  Family<Counter>& failures = prometheus::BuildCounter()
                                  .Name("hitscope_analysis_failures_total")
                                  .Help("Analyses that failed, by type of error")
                                  .Register(registry);
  Family<Histogram>& stages = prometheus::BuildHistogram()
                                  .Name("hitscope_stage_seconds")
                                  .Help("Time spent in each stage of an analysis")
                                  .Register(registry);
  Family<Counter>& restarts = prometheus::BuildCounter()
                                  .Name("hitscope_worker_restarts_total")
                                  .Help("Workers that had to be started again")
                                  .Register(registry);
  Family<Gauge>& now = prometheus::BuildGauge()
                           .Name("hitscope_now")
                           .Help("How much there is of something at this moment")
                           .Register(registry);
  Family<Gauge>& memory = prometheus::BuildGauge()
                              .Name("process_resident_memory_bytes")
                              .Help("Resident memory of the server, its workers left out")
                              .Register(registry);
  Family<Gauge>& info = prometheus::BuildGauge()
                            .Name("hitscope_build_info")
                            .Help("1, with the version as label")
                            .Register(registry);

  // Looking a counter up by its labels costs more than counting.
  struct RequestSeries {
    Counter* count;
    Histogram* seconds;
  };
  std::mutex mutex;
  using Key = std::tuple<std::string_view, std::string_view, unsigned>;
  // std::less<> would do, were it not that clang 14 cannot compare tuples of different types.
  struct Before {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    static Key view(const auto& key) { return {std::get<0>(key), std::get<1>(key), std::get<2>(key)}; }
    bool operator()(const auto& a, const auto& b) const { return view(a) < view(b); }
  };
  std::map<std::tuple<std::string, std::string, unsigned>, RequestSeries, Before> request_series;
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {
  families_->info.Add({{"version", std::string(kVersion)}}).Set(1);
  families_->restarts.Add({});
}

Metrics::~Metrics() = default;

void Metrics::request(std::string_view method, std::string_view route, unsigned status, double seconds) {
  Families::RequestSeries series{};
  {
    const std::scoped_lock lock(families_->mutex);
    const Families::Key key{method, route, status};
    auto found = families_->request_series.find(key);
    if (found == families_->request_series.end()) {
      const std::string m(method);
      const std::string r(route);
      series = {&families_->requests.Add({{"method", m}, {"route", r}, {"status", std::to_string(status)}}),
                &families_->request_seconds.Add({{"method", m}, {"route", r}}, kFast)};
      families_->request_series.emplace(std::tuple(m, r, status), series);
    } else {
      series = found->second;
    }
  }
  series.count->Increment();
  series.seconds->Observe(seconds);
}

void Metrics::accepted() {
  families_->analyses.Add({{"began", "queued"}}).Increment();
}

void Metrics::answered_from_history() {
  families_->analyses.Add({{"began", "history"}}).Increment();
}

void Metrics::failed(std::string_view type) {
  families_->failures.Add({{"type", std::string(type)}}).Increment();
}

void Metrics::stage(std::string_view stage, double seconds) {
  families_->stages.Add({{"stage", std::string(stage)}}, kSlow).Observe(seconds);
}

void Metrics::worker_restarted() {
  families_->restarts.Add({}).Increment();
}

std::string Metrics::text(const Now& now) {
  const auto set = [this](const char* what, double value) {
    families_->now.Add({{"what", what}}).Set(value);
  };
  set("queued", static_cast<double>(now.queued));
  set("running", static_cast<double>(now.running));
  set("workers", static_cast<double>(now.workers));
  set("connections", static_cast<double>(now.connections));
  set("event_streams", static_cast<double>(now.streams));
  set("uptime_seconds", now.uptime_s);
  families_->memory.Add({}).Set(resident_bytes());
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace hitscope::server
