// HTTP as the handlers see it: a request with its body in memory (or in a sink), a reply given once, from any
// thread. Sockets, parsing, limits and time are session.h's.
//
// A request's texts are views into the connection's buffer: they hold until the reply is given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace hitscope::server {

enum class Method { get, head, post, del, options, other };

using Query = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::other;
  std::string_view target;              // as it came: path and query
  std::string_view path;                // not decoded
  std::string_view query;               // not decoded, without '?'
  std::vector<std::string> parameters;  // what the route's {names} stand for, decoded
  Query arguments;                      // of the query, decoded: known to the route, each once
  std::string_view client;              // address of who asks, without port
  std::string id;                       // of this request, on every answer and in the log
  std::string_view host, origin, fetch_site, fetch_mode, cookie, authorization, content_type, accept,
      accept_encoding, if_none_match, last_event_id, forwarded_for, forwarded_proto;
  std::optional<std::uint64_t> content_length;
  bool has_body = false;
  std::string owner;       // whose history this is; empty where the route needs none
  std::string set_cookie;  // to be sent with the answer; empty = none
  std::string body;        // of routes that take JSON

  [[nodiscard]] std::optional<std::string_view> argument(std::string_view name) const;
};

struct Response {
  unsigned status = 200;
  std::string_view content_type = "application/json";  // must outlive the reply: a literal
  std::string body;
  std::string_view constant_body;                                 // sent instead of body where not empty
  std::vector<std::pair<std::string_view, std::string>> headers;  // names are literals
};

// Server-sent events going out on a connection. Safe to call from any thread.
class EventStream {
 public:
  virtual ~EventStream() = default;
  // A whole event with its blank line. A client that does not read what it is sent is let go.
  virtual void send(std::string event) = 0;
  virtual void close() = 0;  // after what was sent
  [[nodiscard]] virtual bool open() const = 0;
};

// The one answer to a request. Safe to give from any thread; a reply that is dropped answers "internal".
class Reply {
 public:
  class Target {
   public:
    virtual ~Target() = default;
    virtual const Request& request() const = 0;
    virtual void respond(Response response) = 0;
    virtual std::shared_ptr<EventStream> stream() = 0;
  };

  explicit Reply(std::shared_ptr<Target> target) : target_(std::move(target)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) noexcept = default;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply();

  [[nodiscard]] const Request& request() const { return target_->request(); }
  void operator()(Response response) { std::exchange(target_, nullptr)->respond(std::move(response)); }
  // Answers with an endless list of events instead.
  [[nodiscard]] std::shared_ptr<EventStream> stream() { return std::exchange(target_, nullptr)->stream(); }

 private:
  std::shared_ptr<Target> target_;
};

using Handler = std::function<void(Reply)>;

// Where a large body goes, piece by piece.
class BodySink {
 public:
  virtual ~BodySink() = default;
  // A response ends the request: no more is read.
  [[nodiscard]] virtual std::optional<Response> write(std::span<const char> bytes) = 0;
  virtual void finish(Reply reply) = 0;
};

// Looks at the head of a request and either takes its body or refuses it.
struct SinkOrRefusal {
  std::unique_ptr<BodySink> sink;
  Response refusal;  // where sink is null
};
using SinkMaker = std::function<SinkOrRefusal(const Request&)>;

// Decodes %XX (and, in queries, '+'); nothing where an escape is broken or hides a NUL.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

[[nodiscard]] std::optional<Query> parse_query(std::string_view query);

}  // namespace hitscope::server
