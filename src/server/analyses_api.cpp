#include "server/analyses_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "features/spectral_dna.h"
#include "fetch/link.h"
#include "report/dna_svg.h"
#include "report/json.h"
#include "server/analysis_json.h"
#include "server/held_stream.h"
#include "server/json_body.h"
#include "server/link_request.h"
#include "server/log.h"
#include "server/problem.h"
#include "server/upload.h"

namespace hitscope::server {
namespace {

constexpr double kLongestWait = 120;
constexpr std::size_t kMostNameLetters = 300;
constexpr std::size_t kMostUrlLetters = 2048;

Response json_response(std::string body, unsigned status = 200) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response store_problem(const Request& request, const Error& error) {
  log_event(LogLevel::error, "store", {{"problem", error.message}, {"detail", error.detail}});
  return problem(request, Error{ErrorKind::internal, "The history cannot be read now.", {}});
}

Response not_there(const Request& request) {
  return problem(request, Error{ErrorKind::not_found, "There is no such analysis.", {}});
}

// Code points, as JSON Schema counts.
std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

// Seconds to wait for the result, 0 without; nothing where it is no such number.
std::optional<double> wait_of(const Request& request) {
  const auto text = request.argument("wait");
  if (!text) return 0;
  const auto seconds = parse_number(*text);
  if (!seconds || *seconds < 0 || *seconds > kLongestWait) return std::nullopt;
  return seconds;
}

// On a thread that may block.
void answer_accepted(const Services& services, Reply reply, const std::string& id, const std::string& owner,
                     bool waited) {
  const auto record = services.store.find(owner, id);
  if (!record) return reply(store_problem(reply.request(), record.error()));
  if (!*record) return reply(not_there(reply.request()));
  const AnalysisState state = (*record)->state;
  if (waited && (state == AnalysisState::failed || state == AnalysisState::interrupted)) {
    return reply(problem(reply.request(), error_of_json((*record)->error), id));
  }
  const bool ended = state == AnalysisState::done;
  Response response =
      json_response(analysis_json(**record, services.jobs.status(id), true), ended ? 200 : 202);
  response.headers.emplace_back("Location", "/v1/analyses/" + id);
  reply(std::move(response));
}

// Answers when the job has ended or the time is up, whichever is first.
class Waiting : public std::enable_shared_from_this<Waiting> {
 public:
  Waiting(const Services& services, Reply reply, std::string id, std::string owner)
      : services_(services),
        reply_(std::move(reply)),
        id_(std::move(id)),
        owner_(std::move(owner)),
        timer_(services.blocking) {}

  void start(double seconds) {
    timer_.expires_after(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(seconds)));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->answer();
    });
    services_.jobs.when_ended(id_, [self = shared_from_this()] {
      boost::asio::post(self->services_.blocking, [self] {
        self->timer_.cancel();
        self->answer();
      });
    });
  }

 private:
  void answer() {
    if (answered_.exchange(true)) return;
    answer_accepted(services_, std::move(reply_), id_, owner_, true);
  }

  const Services services_;
  Reply reply_;
  const std::string id_;
  const std::string owner_;
  boost::asio::steady_timer timer_;
  std::atomic<bool> answered_{false};
};

void answer_upload(const Services& services, Reply reply, const Upload& upload) {
  const auto wait = wait_of(reply.request());
  if (upload.done || wait.value_or(0) <= 0) {
    return answer_accepted(services, std::move(reply), upload.id, upload.owner, upload.done);
  }
  std::make_shared<Waiting>(services, std::move(reply), upload.id, upload.owner)->start(*wait);
}

std::optional<std::string> wrong_field(const MultipartReader& form) {
  for (const auto& [name, value] : form.fields()) {
    if (name != "name") return "unknown field: " + name;
    if (letters(value) > kMostNameLetters)
      return fmt::format("name is longer than {} letters", kMostNameLetters);
  }
  return std::nullopt;
}

SinkMaker take_upload(const Services& services) {
  const SinkMaker make = upload_sink(services, wrong_field, [services](Reply reply, const Upload& upload) {
    answer_upload(services, std::move(reply), upload);
  });
  return [make](const Request& request) {
    if (!wait_of(request)) {
      return SinkOrRefusal{nullptr,
                           problem(request, HttpProblem::bad_request, "wait is a number from 0 to 120")};
    }
    return make(request);
  };
}

void take_url(const Services& services, Reply reply) {
  const Request& request = reply.request();
  if (!wait_of(request)) {
    return reply(problem(request, HttpProblem::bad_request, "wait is a number from 0 to 120"));
  }
  const auto body = json_object(request.body, {"url", "name"});
  if (!body) return reply(problem(request, HttpProblem::bad_request, body.error().detail));
  const auto url = body->find("url");
  if (url == body->end() || !url->is_string()) {
    return reply(problem(request, HttpProblem::bad_request, "url is missing"));
  }
  const auto& text = url->get_ref<const std::string&>();
  if (letters(text) > kMostUrlLetters || !is_link(text)) {
    return reply(problem(request, HttpProblem::bad_request,
                         "url is no http or https address of at most 2048 letters"));
  }
  LinkRequest wanted{.owner = request.owner, .link = text, .name = {}};
  if (const auto name = body->find("name"); name != body->end()) {
    if (!name->is_string() || letters(name->get_ref<const std::string&>()) > kMostNameLetters) {
      return reply(problem(request, HttpProblem::bad_request, "name is no text of at most 300 letters"));
    }
    wanted.name = name->get<std::string>();
  }
  boost::asio::post(services.blocking, [services, wanted = std::move(wanted),
                                        reply = std::move(reply)]() mutable {
    auto id = accept_link(services, wanted);
    if (!id) return reply(problem(reply.request(), id.error()));
    answer_upload(services, std::move(reply), {.id = std::move(*id), .owner = wanted.owner, .fields = {}});
  });
}

void list(const Services& services, Reply reply) {
  const Request& request = reply.request();
  const auto refuse = [&](std::string_view why) { reply(problem(request, HttpProblem::bad_request, why)); };
  HistoryQuery query;
  query.search = request.argument("search").value_or("");
  if (letters(query.search) > kMostNameLetters) return refuse("search is longer than 300 letters");
  query.cursor = request.argument("cursor").value_or("");
  if (const auto limit = request.argument("limit")) {
    const auto number = parse_number(*limit);
    if (!number || *number < 1 || *number > 200 || *number != std::floor(*number)) {
      return refuse("limit is a whole number from 1 to 200");
    }
    query.limit = static_cast<std::size_t>(*number);
  }
  if (const auto state = request.argument("state")) {
    for (const AnalysisState known :
         {AnalysisState::queued, AnalysisState::running, AnalysisState::done, AnalysisState::failed,
          AnalysisState::interrupted, AnalysisState::cancelled}) {
      if (name_of(known) == *state) query.state = known;
    }
    if (!query.state) return refuse("state is none of queued, running, done, failed, interrupted, cancelled");
  }
  boost::asio::post(services.blocking, [services, query, reply = std::move(reply)]() mutable {
    const auto page = services.store.list(reply.request().owner, query);
    if (!page && page.error().kind == ErrorKind::not_found) {
      return reply(problem(reply.request(), HttpProblem::bad_request, "cursor is none of this server's"));
    }
    if (!page) return reply(store_problem(reply.request(), page.error()));
    std::string body = R"({"analyses": [)";
    for (const AnalysisRecord& record : page->analyses) {
      if (body.back() != '[') body += ", ";
      body += analysis_json(record, services.jobs.status(record.id), false);
    }
    body += fmt::format(R"(], "next": {}}})", page->next.empty() ? "null" : json_string(page->next));
    reply(json_response(std::move(body)));
  });
}

// Calls `then` with the visitor's record on a thread that may block, or answers that there is none.
template <typename Then>
void with_record(const Services& services, Reply reply, Then then) {
  boost::asio::post(services.blocking, [services, then, reply = std::move(reply)]() mutable {
    const Request& request = reply.request();
    const auto record = services.store.find(request.owner, request.parameters.front());
    if (!record) return reply(store_problem(request, record.error()));
    if (!*record) return reply(not_there(request));
    then(std::move(reply), **record);
  });
}

void show(const Services& services, Reply reply) {
  with_record(services, std::move(reply), [services](Reply found, const AnalysisRecord& record) {
    found(json_response(analysis_json(record, services.jobs.status(record.id), true)));
  });
}

void remove(const Services& services, Reply reply) {
  boost::asio::post(services.blocking, [services, reply = std::move(reply)]() mutable {
    const Request& request = reply.request();
    const std::string& id = request.parameters.front();
    const auto removed = services.store.remove(request.owner, id);
    if (!removed) return reply(store_problem(request, removed.error()));
    if (!*removed) return reply(not_there(request));
    services.jobs.cancel(id);
    services.spool.remove((*removed)->spool_file);
    services.hub.publish(request.owner, id, "deleted", fmt::format(R"({{"analysis": {}}})", json_string(id)),
                         true);
    Response response;
    response.status = 204;
    reply(std::move(response));
  });
}

bool is_ended(AnalysisState state) {
  return state != AnalysisState::queued && state != AnalysisState::running;
}

void events_of_one(const Services& services, Reply reply) {
  with_record(services, std::move(reply), [services](Reply found, const AnalysisRecord& record) {
    const std::string last_event_id(found.request().last_event_id);
    const std::string owner = found.request().owner;
    const std::shared_ptr<EventStream> stream = found.stream();
    const auto held = std::make_shared<HeldStream>(stream);
    const bool resumed = services.hub.subscribe(owner, record.id, held, last_event_id);
    if (resumed) {
      held->release();
      // Who has heard the end already would wait for ever.
      if (!is_ended(record.state)) return;
    }
    const auto now = services.store.find(owner, record.id);
    if (now && !*now) {  // deleted meanwhile
      stream->send(EventHub::format("deleted", fmt::format(R"({{"analysis": {}}})", json_string(record.id))));
      return stream->close();
    }
    const AnalysisRecord& present = now && *now ? **now : record;
    stream->send(EventHub::format("state", analysis_json(present, services.jobs.status(record.id), true)));
    if (is_ended(present.state)) return stream->close();
    held->release();
  });
}

void events_of_all(const Services& services, Reply reply) {
  boost::asio::post(services.blocking, [services, reply = std::move(reply)]() mutable {
    const std::string last_event_id(reply.request().last_event_id);
    const std::string owner = reply.request().owner;
    const std::shared_ptr<EventStream> stream = reply.stream();
    const auto held = std::make_shared<HeldStream>(stream);
    if (services.hub.subscribe(owner, "", held, last_event_id)) return held->release();
    for (const AnalysisState state : {AnalysisState::running, AnalysisState::queued}) {
      HistoryQuery query;
      query.state = state;
      query.limit = 200;
      const auto page = services.store.list(owner, query);
      if (!page) continue;
      for (const AnalysisRecord& record : page->analyses) {
        stream->send(
            EventHub::format("state", analysis_json(record, services.jobs.status(record.id), false)));
      }
    }
    held->release();
  });
}

void dna(const Services& services, Reply reply) {
  boost::asio::post(services.blocking, [services, reply = std::move(reply)]() mutable {
    const Request& request = reply.request();
    auto frames = services.store.frames(request.owner, request.parameters.front());
    if (!frames) return reply(store_problem(request, frames.error()));
    if (!*frames || (*frames)->empty()) return reply(not_there(request));
    Response response;
    response.content_type = "application/vnd.hitscope.dna";
    const auto bytes = std::span(**frames);
    response.body.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());  // NOLINT
    response.headers.emplace_back("Cache-Control", "private, max-age=31536000, immutable");
    reply(std::move(response));
  });
}

void dna_picture(const Services& services, Reply reply) {
  const auto view = dna_view_called(reply.request().argument("view").value_or("lanes"));
  if (!view)
    return reply(problem(reply.request(), HttpProblem::bad_request, "view is none of helix, ring, lanes"));
  boost::asio::post(services.blocking, [services, view, reply = std::move(reply)]() mutable {
    const Request& request = reply.request();
    const auto frames = services.store.frames(request.owner, request.parameters.front());
    if (!frames) return reply(store_problem(request, frames.error()));
    if (!*frames || (*frames)->empty()) return reply(not_there(request));
    const auto decoded = decode_dna(**frames);
    if (!decoded) return reply(store_problem(request, decoded.error()));
    Response response;
    response.content_type = "image/svg+xml";
    response.body = dna_svg(*decoded, *view);
    response.headers.emplace_back("Cache-Control", "private, max-age=86400");
    reply(std::move(response));
  });
}

}  // namespace

void add_analyses_routes(Router& router, const Services& services) {
  const auto add = [&](Method method, const char* pattern, void (*handler)(const Services&, Reply),
                       std::vector<std::string> arguments = {}) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    route.handler = [services, handler](Reply reply) { handler(services, std::move(reply)); };
    route.needs_owner = true;
    route.takes_json = method == Method::post;
    route.arguments = std::move(arguments);
    router.add(std::move(route));
  };
  Route upload;
  upload.method = Method::post;
  upload.pattern = "/v1/analyses";
  upload.sink = take_upload(services);
  upload.arguments = {"wait"};
  upload.needs_owner = true;
  router.add(std::move(upload));
  add(Method::post, "/v1/analyses/url", take_url, {"wait"});
  add(Method::get, "/v1/analyses", list, {"search", "state", "cursor", "limit"});
  add(Method::get, "/v1/analyses/{id}", show);
  add(Method::del, "/v1/analyses/{id}", remove);
  add(Method::get, "/v1/analyses/{id}/events", events_of_one);
  add(Method::get, "/v1/events", events_of_all);
  add(Method::get, "/v1/analyses/{id}/dna", dna);
  add(Method::get, "/v1/analyses/{id}/dna.svg", dna_picture, {"view"});
}

}  // namespace hitscope::server
