#include "server/metrics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "report/version.h"

namespace hitscope::server {
namespace {

// Every sample of the text, by its name with labels; fails where a line is not of the format.
std::map<std::string, double> samples(const std::string& text) {
  static const std::regex kComment("# (HELP|TYPE) [a-z_]+ .*");
  static const std::regex kSample(R"re(([a-z_]+(?:\{[a-z_]+="[^"\n]*"(?:,[a-z_]+="[^"\n]*")*\})?) (\S+))re");
  std::map<std::string, double> found;
  EXPECT_TRUE(text.empty() || text.back() == '\n');
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || std::regex_match(line, kComment)) continue;
    std::smatch match;
    EXPECT_TRUE(std::regex_match(line, match, kSample)) << line;
    if (match.empty()) continue;
    EXPECT_TRUE(found.emplace(match[1], match[2] == "+Inf" ? INFINITY : std::stod(match[2])).second)
        << "twice: " << line;
  }
  return found;
}

double value_of(Metrics& metrics, const std::string& name) {
  const auto all = samples(metrics.text({}));
  const auto found = all.find(name);
  return found == all.end() ? -1 : found->second;
}

TEST(Metrics, AreThereFromTheStart) {
  Metrics metrics;
  const auto all = samples(metrics.text({}));
  EXPECT_EQ(all.at("hitscope_build_info{version=\"" + std::string(kVersion) + "\"}"), 1);
  EXPECT_EQ(all.at("hitscope_worker_restarts_total"), 0);
  EXPECT_GT(all.at("process_resident_memory_bytes"), 1e6);
}

TEST(Metrics, CountRequests) {
  Metrics metrics;
  for (int i = 0; i < 3; ++i) metrics.request("GET", "/v1/analyses/{id}", 200, 0.003);
  metrics.request("GET", "/v1/analyses/{id}", 404, 0.3);
  metrics.request("POST", "/v1/analyses", 202, 100);
  const auto all = samples(metrics.text({}));
  EXPECT_EQ(all.at(R"(hitscope_http_requests_total{method="GET",route="/v1/analyses/{id}",status="200"})"),
            3);
  EXPECT_EQ(all.at(R"(hitscope_http_requests_total{method="GET",route="/v1/analyses/{id}",status="404"})"),
            1);
  EXPECT_EQ(all.at(R"(hitscope_http_request_seconds_count{method="GET",route="/v1/analyses/{id}"})"), 4);
  EXPECT_NEAR(all.at(R"(hitscope_http_request_seconds_sum{method="GET",route="/v1/analyses/{id}"})"), 0.309,
              1e-9);
  EXPECT_EQ(
      all.at(R"(hitscope_http_request_seconds_bucket{method="GET",route="/v1/analyses/{id}",le="0.005"})"),
      3);
  EXPECT_EQ(
      all.at(R"(hitscope_http_request_seconds_bucket{method="GET",route="/v1/analyses/{id}",le="+Inf"})"), 4);
  EXPECT_EQ(all.at(R"(hitscope_http_request_seconds_bucket{method="POST",route="/v1/analyses",le="60"})"), 0);
}

TEST(Metrics, CountAnalyses) {
  Metrics metrics;
  metrics.accepted();
  metrics.accepted();
  metrics.answered_from_history();
  metrics.failed("too-short");
  metrics.failed("cancelled");
  metrics.stage("decoding", 0.02);
  metrics.stage("queued", 3);
  metrics.worker_restarted();
  EXPECT_EQ(value_of(metrics, R"(hitscope_analyses_total{began="queued"})"), 2);
  EXPECT_EQ(value_of(metrics, R"(hitscope_analyses_total{began="history"})"), 1);
  EXPECT_EQ(value_of(metrics, R"(hitscope_analysis_failures_total{type="too-short"})"), 1);
  EXPECT_EQ(value_of(metrics, R"(hitscope_analysis_failures_total{type="cancelled"})"), 1);
  EXPECT_EQ(value_of(metrics, R"(hitscope_stage_seconds_count{stage="decoding"})"), 1);
  EXPECT_EQ(value_of(metrics, R"(hitscope_stage_seconds_bucket{stage="queued",le="2.5"})"), 0);
  EXPECT_EQ(value_of(metrics, R"(hitscope_stage_seconds_bucket{stage="queued",le="5"})"), 1);
  EXPECT_EQ(value_of(metrics, "hitscope_worker_restarts_total"), 1);
}

TEST(Metrics, GaugesSayWhatIsNow) {
  Metrics metrics;
  static_cast<void>(metrics.text({.queued = 9}));
  const auto all = samples(metrics.text(
      {.queued = 1, .running = 2, .workers = 3, .connections = 4, .streams = 5, .uptime_s = 6.5}));
  EXPECT_EQ(all.at(R"(hitscope_now{what="queued"})"), 1);
  EXPECT_EQ(all.at(R"(hitscope_now{what="running"})"), 2);
  EXPECT_EQ(all.at(R"(hitscope_now{what="workers"})"), 3);
  EXPECT_EQ(all.at(R"(hitscope_now{what="connections"})"), 4);
  EXPECT_EQ(all.at(R"(hitscope_now{what="event_streams"})"), 5);
  EXPECT_EQ(all.at(R"(hitscope_now{what="uptime_seconds"})"), 6.5);
}

TEST(Metrics, ManyMayCountAtOnce) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&metrics, t] {
      for (int i = 0; i < 250; ++i) {
        metrics.request("GET", fmt::format("/{}", i % 10), 200 + static_cast<unsigned>(t % 2), 0.001);
        metrics.accepted();
        if (i % 50 == 0) static_cast<void>(metrics.text({}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(value_of(metrics, R"(hitscope_analyses_total{began="queued"})"), 1000);
  EXPECT_EQ(value_of(metrics, R"(hitscope_http_request_seconds_count{method="GET",route="/3"})"), 100);
}

}  // namespace
}  // namespace hitscope::server
