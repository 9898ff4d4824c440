#include "server/operations_api.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "server/pages.h"
#include "server/problem.h"

namespace hitscope::server {
namespace {

Route quiet_get(const char* pattern, Handler handler) {
  Route route;
  route.pattern = pattern;
  route.handler = std::move(handler);
  route.quiet = true;
  return route;
}

void ready(const Services& services, Reply reply) {
  boost::asio::post(services.blocking, [services, reply = std::move(reply)]() mutable {
    const auto database = services.store.check();
    const Jobs::Counts jobs = services.jobs.counts();
    const bool has_room = services.jobs.has_room("");
    if (!database || jobs.workers_alive == 0 || !has_room) {
      return reply(
          problem(reply.request(),
                  Error{ErrorKind::busy, "This server cannot take work on now.",
                        fmt::format("database: {}, workers: {}, queue: {}", database ? "ok" : "fails",
                                    jobs.workers_alive == 0 ? "none" : "ok", has_room ? "ok" : "full")}));
    }
    Response response;
    response.constant_body =
        R"({"status": "ready", "checks": {"database": "ok", "workers": "ok", "queue": "ok"}})";
    reply(std::move(response));
  });
}

void put_page(const Page& page, const Request& request, Response& response) {
  response.content_type = page.content_type;
  const bool packed = !page.gzip.empty() && request.accept_encoding.find("gzip") != std::string_view::npos;
  if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.constant_body = packed ? page.gzip : page.bytes;
}

void show_page(const Page& page, Reply reply) {
  const Request& request = reply.request();
  Response response;
  response.headers.emplace_back("ETag", std::string(page.etag));
  response.headers.emplace_back("Cache-Control",
                                page.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (request.if_none_match == page.etag) {
    response.content_type = page.content_type;
    response.status = 304;
  } else {
    put_page(page, request, response);
  }
  reply(std::move(response));
}

}  // namespace

void add_operations_routes(Router& router, const Services& services,
                           std::function<std::size_t()> connections) {
  router.add(quiet_get("/healthz", [](Reply reply) {
    Response response;
    response.constant_body = R"({"status": "ok"})";
    reply(std::move(response));
  }));
  router.add(quiet_get("/readyz", [services](Reply reply) { ready(services, std::move(reply)); }));
  const auto begun = std::chrono::steady_clock::now();
  router.add(quiet_get("/metrics", [services, begun, connections = std::move(connections)](Reply reply) {
    const Jobs::Counts jobs = services.jobs.counts();
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = services.metrics.text(
        {.queued = jobs.queued,
         .running = jobs.running,
         .workers = jobs.workers_alive,
         .connections = connections(),
         .streams = services.hub.streams(),
         .uptime_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count()});
    reply(std::move(response));
  }));
}

void add_page_routes(Router& router) {
  const auto add = [&](std::string pattern, const Page& page) {
    Route route;
    route.pattern = std::move(pattern);
    route.quiet = true;
    route.any_arguments = true;
    route.handler = [&page](Reply reply) { show_page(page, std::move(reply)); };
    router.add(std::move(route));
  };
  for (const Page& page : pages()) add(std::string(page.path), page);
  // The dashboard's own addresses: one page, whose script shows what each of them names.
  if (const Page* dashboard = find_page("/")) {
    for (const char* place : {"/t/{id}", "/compare", "/batch", "/history", "/lab", "/about"})
      add(place, *dashboard);
  }
}

std::optional<Response> no_such_page(const Request& request) {
  const bool asks_for_a_page = (request.method == Method::get || request.method == Method::head) &&
                               request.accept.find("text/html") != std::string_view::npos &&
                               !request.path.starts_with("/v1/");
  const Page* dashboard = asks_for_a_page ? find_page("/") : nullptr;
  if (dashboard == nullptr) return std::nullopt;
  Response response;
  response.status = 404;
  response.headers.emplace_back("Vary", "Accept, Accept-Encoding");
  put_page(*dashboard, request, response);
  return response;
}

}  // namespace hitscope::server
