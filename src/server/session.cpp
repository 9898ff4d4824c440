#include "server/session.h"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <ctime>
#include <deque>
#include <limits>
#include <optional>
#include <random>
#include <utility>

#include "server/problem.h"

namespace hitscope::server {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using ErrorCode = boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kPiece = 32 * 1024;
constexpr auto kHeartbeat = std::chrono::seconds(15);
constexpr auto kBetweenCancels = std::chrono::milliseconds(20);
constexpr std::size_t kMostEventBytes = 1 << 20;  // waiting for a client that does not read
// Of what the parser has not taken yet. Heads have a limit of their own; what stands beside the chunks of a
// body (extensions, trailers) has none but this.
constexpr std::size_t kMostUnparsed = 64 * 1024;

std::chrono::nanoseconds duration(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

// Unique within and across runs; says nothing about anyone.
std::string new_request_id() {
  static const std::uint32_t run = std::random_device()();
  static std::atomic<std::uint64_t> count{0};
  return fmt::format("{:08x}{:08x}", run, count.fetch_add(1, std::memory_order_relaxed) & 0xffffffffU);
}

// RFC 9110's date, made once a second.
const std::string& http_date() {
  thread_local std::time_t made = 0;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 40> buffer{};
    text.assign(buffer.data(),
                std::strftime(buffer.data(), buffer.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc));
    made = now;
  }
  return text;
}

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::get;
    case http::verb::head:
      return Method::head;
    case http::verb::post:
      return Method::post;
    case http::verb::delete_:
      return Method::del;
    case http::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return beast::iequals({type.data(), type.size()}, "application/json");
}

class Session final : public Reply::Target, public std::enable_shared_from_this<Session> {
 public:
  Session(Socket socket, std::string client, const Site& site, const HttpLimits& limits,
          std::function<void()> gone)
      : stream_(std::move(socket)),
        buffer_(std::max(kMostUnparsed, 2 * limits.head_bytes)),
        client_(std::move(client)),
        site_(site),
        limits_(limits),
        gone_(std::move(gone)),
        deadline_(stream_.get_executor()),
        heartbeat_(stream_.get_executor()) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() override { gone_(); }

  void start() { read_head(limits_.head_s); }

  const Request& request() const override { return request_; }

  void respond(Response response) override {
    net::dispatch(stream_.get_executor(),
                  [self = shared_from_this(), response = std::move(response)]() mutable {
                    self->write(std::move(response));
                  });
  }

  std::shared_ptr<EventStream> stream() override;

 private:
  class Events;

  void read_head(double seconds) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits_.head_bytes));
    // Each route has its own limit. (Without one, older Boost still refuses more than 1 MB.)
    parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
    request_ = Request();
    route_ = nullptr;
    sink_.reset();
    read_within(seconds);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_head(error); });
  }

  // Beast's own timer closes the socket, so that who is too slow could not be told; this one ends the
  // reading.
  void read_within(double seconds) {
    stream_.expires_never();
    too_slow_ = false;
    end_reading_after(duration(seconds), ++reading_);
  }

  // And again until it has ended: between two of the reads it is made of there is nothing to cancel.
  void end_reading_after(std::chrono::nanoseconds time, std::uint64_t reading) {
    deadline_.expires_after(time);
    deadline_.async_wait([weak = weak_from_this(), reading](ErrorCode error) {
      const auto self = weak.lock();
      if (error || !self || self->reading_ != reading) return;
      self->too_slow_ = true;
      ErrorCode ignored;
      // NOLINTNEXTLINE(bugprone-unused-return-value): the argument holds it, too
      self->stream_.socket().cancel(ignored);
      self->end_reading_after(kBetweenCancels, reading);
    });
  }

  void end_reading() {
    ++reading_;  // a deadline that has passed but was not told yet is for a reading that is over
    deadline_.cancel();
  }

  void refuse_slow() { refuse(problem(request_, HttpProblem::request_timeout, {})); }

  void on_head(ErrorCode error) {
    end_reading();
    begun_ = Clock::now();
    if (error && too_slow_ && (parser_->got_some() || buffer_.size() > 0)) {
      request_.id = new_request_id();
      request_.client = client_;
      return refuse_slow();
    }
    if (error && error.category() != http::make_error_code(http::error::end_of_stream).category()) {
      return;  // gone, or silent for too long
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message) return;
    request_.id = new_request_id();
    request_.client = client_;
    if (error) return refuse_head(error);
    fill_request();
    if (has_odd_coding()) {
      keep_alive_ = false;
      return refuse(
          problem(request_, HttpProblem::bad_request, "the only Transfer-Encoding here is chunked"));
    }
    if (request_.target.size() > limits_.target_bytes) {
      return refuse(problem(request_, HttpProblem::uri_too_long, {}));
    }
    Admission admission = site_.admit(request_);
    route_ = admission.route;
    if (admission.refusal) return refuse(std::move(*admission.refusal));
    if (route_->sink) {
      SinkOrRefusal taken = route_->sink(request_);
      if (!taken.sink) return refuse(std::move(taken.refusal));
      sink_ = std::move(taken.sink);
    } else if (route_->takes_json && !is_json(request_.content_type)) {
      return refuse(problem(request_, HttpProblem::unsupported_media_type, "send application/json"));
    } else if (request_.content_length.value_or(0) > limits_.json_bytes) {
      return refuse(too_large());
    }
    if (parser_->is_done()) return on_whole();
    if (parser_->get().version() > 10 &&
        beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      return invite_body();
    }
    read_body();
  }

  void refuse_head(ErrorCode error) {
    keep_alive_ = false;
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return write(problem(request_, HttpProblem::headers_too_large, {}));
    }
    write(problem(request_, HttpProblem::bad_request, error.message()));
  }

  void fill_request() {
    const auto& message = parser_->get();
    keep_alive_ = message.keep_alive();
    request_.method = method_of(message.method());
    request_.target = view(message.target());
    const std::size_t question = std::min(request_.target.find('?'), request_.target.size());
    request_.path = request_.target.substr(0, question);
    request_.query = request_.target.substr(std::min(question + 1, request_.target.size()));
    if (const auto length = parser_->content_length()) request_.content_length = *length;
    request_.has_body = !parser_->is_done();
    int hosts = 0;
    for (const auto& field : message) {
      const std::string_view value = view(field.value());
      switch (field.name()) {
        case http::field::host:
          // Two of them would let each reader believe another one.
          request_.host = ++hosts == 1 ? value : std::string_view();
          break;
        case http::field::origin:
          request_.origin = value;
          break;
        case http::field::cookie:
          request_.cookie = value;
          break;
        case http::field::authorization:
          request_.authorization = value;
          break;
        case http::field::content_type:
          request_.content_type = value;
          break;
        case http::field::accept:
          request_.accept = value;
          break;
        case http::field::accept_encoding:
          request_.accept_encoding = value;
          break;
        case http::field::if_none_match:
          request_.if_none_match = value;
          break;
        default: {  // by their names: which of them Beast has a number for depends on its version
          const beast::string_view name = field.name_string();
          if (beast::iequals(name, "Sec-Fetch-Site"))
            request_.fetch_site = value;
          else if (beast::iequals(name, "Sec-Fetch-Mode"))
            request_.fetch_mode = value;
          else if (beast::iequals(name, "Last-Event-ID"))
            request_.last_event_id = value;
          else if (beast::iequals(name, "X-Forwarded-For"))
            request_.forwarded_for = value;
          else if (beast::iequals(name, "X-Forwarded-Proto"))
            request_.forwarded_proto = value;
          break;
        }
      }
    }
  }

  // Beast takes a coding it does not know for none, and so the body for the next request. Who stands before
  // us may read it otherwise (RFC 9112, 6.1 and 6.3).
  bool has_odd_coding() const {
    const auto& message = parser_->get();
    const auto codings = message.count(http::field::transfer_encoding);
    if (codings == 0) return false;
    return codings > 1 || !beast::iequals(message[http::field::transfer_encoding], "chunked");
  }

  Response too_large() const {
    return problem(request_, Error{ErrorKind::too_large, "The body is larger than is taken here.",
                                   fmt::format("at most {} bytes", limits_.json_bytes)});
  }

  void invite_body() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    net::async_write(stream_, net::buffer(kContinue),
                     [self = shared_from_this()](ErrorCode error, std::size_t) {
                       if (!error) self->read_body();
                     });
  }

  void read_body() {
    if (!piece_) piece_ = std::make_unique<std::array<char, kPiece>>();
    parser_->get().body().data = piece_->data();
    parser_->get().body().size = piece_->size();
    parser_->get().body().more = true;
    read_within(limits_.piece_s);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_piece(error); });
  }

  void on_piece(ErrorCode error) {
    end_reading();
    if (error == http::error::need_buffer) error = {};
    if (error && too_slow_) return refuse_slow();
    if (error) {
      if (error.category() != http::make_error_code(http::error::end_of_stream).category() ||
          error == http::error::partial_message) {
        return finish_log(499);  // the client went away in the middle
      }
      return refuse(problem(request_, HttpProblem::bad_request, error.message()));
    }
    const std::span<const char> bytes(piece_->data(), piece_->size() - parser_->get().body().size);
    if (sink_) {
      if (auto refusal = sink_->write(bytes)) return refuse(std::move(*refusal));
    } else {
      if (request_.body.size() + bytes.size() > limits_.json_bytes) return refuse(too_large());
      request_.body.append(bytes.data(), bytes.size());
    }
    if (parser_->is_done()) return on_whole();
    read_body();
  }

  // The request is here in full.
  void on_whole() {
    piece_.reset();
    stream_.expires_never();
    Reply reply(shared_from_this());
    if (sink_) {
      sink_->finish(std::move(reply));
    } else {
      route_->handler(std::move(reply));
    }
  }

  // Answers without having read the body; what is left of it is not taken for a request.
  void refuse(Response response) {
    sink_.reset();
    if (!parser_->is_done()) keep_alive_ = false;
    write(std::move(response));
  }

  void make_head(const Response& response, std::size_t length) {
    head_.clear();
    fmt::format_to(std::back_inserter(head_), "HTTP/1.1 {} {}\r\nDate: {}\r\nX-Request-Id: {}\r\n",
                   response.status, reason_of(response.status), http_date(), request_.id);
    if (response.status != 204 && response.status != 304) {
      fmt::format_to(std::back_inserter(head_), "Content-Type: {}\r\n", response.content_type);
      if (length != kEndless) fmt::format_to(std::back_inserter(head_), "Content-Length: {}\r\n", length);
    }
    head_ += site_.common_headers(request_, response);
    if (!request_.set_cookie.empty()) head_ += "Set-Cookie: " + request_.set_cookie + "\r\n";
    bool cached = false;
    for (const auto& [name, value] : response.headers) {
      head_.append(name).append(": ").append(value).append("\r\n");
      cached = cached || name == "Cache-Control";
    }
    if (!cached) head_ += "Cache-Control: no-store\r\n";
    head_ += keep_alive_ ? "\r\n" : "Connection: close\r\n\r\n";
  }

  void write(Response response) {
    response_ = std::move(response);
    const std::string_view body =
        response_.constant_body.empty() ? std::string_view(response_.body) : response_.constant_body;
    make_head(response_, body.size());
    const bool headless =
        request_.method == Method::head || response_.status == 204 || response_.status == 304;
    const std::array<net::const_buffer, 2> parts = {net::buffer(head_),
                                                    headless ? net::const_buffer() : net::buffer(body)};
    stream_.expires_after(duration(limits_.write_s));
    net::async_write(stream_, parts,
                     [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_written(error); });
  }

  void on_written(ErrorCode error) {
    finish_log(response_.status);
    response_ = Response();
    if (error) return;
    if (keep_alive_) return read_head(limits_.idle_s);
    linger();
  }

  void finish_log(unsigned status) {
    site_.answered(request_, route_, status, std::chrono::duration<double>(Clock::now() - begun_).count());
  }

  // Closes so that the answer arrives: a socket closed with bytes unread resets the connection, and the
  // client may never see what it was told.
  void linger() {
    ErrorCode ignored;
    // NOLINTNEXTLINE(bugprone-unused-return-value): the argument holds it, too
    stream_.socket().shutdown(net::ip::tcp::socket::shutdown_send, ignored);
    drained_ = 0;
    stream_.expires_after(std::chrono::seconds(2));
    drain();
  }

  void drain() {
    if (!piece_) piece_ = std::make_unique<std::array<char, kPiece>>();
    stream_.async_read_some(net::buffer(*piece_),
                            [self = shared_from_this()](ErrorCode error, std::size_t n) {
                              self->drained_ += n;
                              if (!error && self->drained_ < (std::size_t{16} << 20U)) self->drain();
                            });
  }

  static constexpr std::size_t kEndless = std::numeric_limits<std::size_t>::max();

  beast::basic_stream<net::ip::tcp, net::io_context::executor_type> stream_;
  beast::flat_buffer buffer_;
  const std::string client_;
  const Site& site_;
  const HttpLimits& limits_;
  std::function<void()> gone_;
  std::optional<http::request_parser<http::buffer_body>> parser_;
  std::unique_ptr<std::array<char, kPiece>> piece_;
  Request request_;
  const Route* route_ = nullptr;
  std::unique_ptr<BodySink> sink_;
  Response response_;
  std::string head_;
  bool keep_alive_ = true;
  Clock::time_point begun_;
  std::size_t drained_ = 0;

  using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, net::io_context::executor_type>;
  Timer deadline_;             // of the reading that goes on
  std::uint64_t reading_ = 0;  // which one that is
  bool too_slow_ = false;

  // Of an event stream.
  void start_events();
  void push_event(std::string event);
  void write_events();
  void beat();
  void watch_for_end();
  void end_events();

  Timer heartbeat_;
  std::weak_ptr<Events> events_;
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::string writing_;
  bool is_writing_ = false;
  bool ending_ = false;
  Clock::time_point write_begun_;
};

// Holds its connection only weakly: whoever publishes may keep a stream long after its client has gone, and a
// connection that is kept counts.
class Session::Events final : public EventStream {
 public:
  explicit Events(std::weak_ptr<Session> session) : session_(std::move(session)) {}
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;
  ~Events() override { Events::close(); }

  void send(std::string event) override {
    const auto session = session_.lock();
    if (!open_ || !session) return;
    net::dispatch(session->stream_.get_executor(),
                  [session, event = std::move(event)]() mutable { session->push_event(std::move(event)); });
  }

  void close() override {
    const auto session = session_.lock();
    if (!open_.exchange(false) || !session) return;
    net::dispatch(session->stream_.get_executor(), [session] {
      session->ending_ = true;
      session->write_events();
    });
  }

  [[nodiscard]] bool open() const override { return open_; }
  void set_closed() { open_ = false; }

 private:
  const std::weak_ptr<Session> session_;
  std::atomic<bool> open_{true};
};

std::shared_ptr<EventStream> Session::stream() {
  auto events = std::make_shared<Events>(weak_from_this());
  net::dispatch(stream_.get_executor(), [self = shared_from_this(), weak = std::weak_ptr(events)] {
    self->events_ = weak;
    self->start_events();
  });
  return events;
}

void Session::start_events() {
  keep_alive_ = false;
  Response response;
  response.content_type = "text/event-stream";
  response.headers.emplace_back("X-Accel-Buffering", "no");
  make_head(response, kEndless);
  stream_.expires_never();
  if (request_.method == Method::head) {
    ending_ = true;
  }
  waiting_.push_front(std::move(head_));
  waiting_bytes_ += waiting_.front().size();
  write_events();
  watch_for_end();
  beat();
}

void Session::push_event(std::string event) {
  if (ending_) return;
  waiting_bytes_ += event.size();
  waiting_.push_back(std::move(event));
  if (waiting_bytes_ > kMostEventBytes) return end_events();
  write_events();
}

void Session::write_events() {
  if (is_writing_) return;
  if (waiting_.empty()) {
    if (ending_) end_events();
    return;
  }
  writing_.clear();
  for (const std::string& event : waiting_) writing_ += event;
  waiting_.clear();
  waiting_bytes_ = 0;
  is_writing_ = true;
  write_begun_ = Clock::now();
  net::async_write(stream_, net::buffer(writing_), [self = shared_from_this()](ErrorCode error, std::size_t) {
    self->is_writing_ = false;
    if (error) return self->end_events();
    self->write_events();
  });
}

// A comment now and then keeps proxies from closing the stream, and shows us clients that are gone.
void Session::beat() {
  heartbeat_.expires_after(kHeartbeat);
  heartbeat_.async_wait([weak = weak_from_this()](ErrorCode error) {
    const auto self = weak.lock();
    if (error || !self) return;
    if (self->is_writing_ && Clock::now() - self->write_begun_ > duration(self->limits_.write_s)) {
      return self->end_events();
    }
    if (!self->is_writing_) self->push_event(":\n\n");
    // Also at its end: who does not read what was sent before it is let go too.
    if (!self->ending_ || self->is_writing_) self->beat();
  });
}

void Session::watch_for_end() {
  if (!piece_) piece_ = std::make_unique<std::array<char, kPiece>>();
  stream_.async_read_some(net::buffer(*piece_), [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (error) return self->end_events();
    self->watch_for_end();
  });
}

void Session::end_events() {
  if (const auto events = events_.lock()) events->set_closed();
  heartbeat_.cancel();
  if (route_ != nullptr) finish_log(200);
  route_ = nullptr;
  ending_ = true;
  waiting_.clear();
  ErrorCode ignored;
  // NOLINTNEXTLINE(bugprone-unused-return-value): the argument holds it, too
  stream_.socket().shutdown(net::ip::tcp::socket::shutdown_both, ignored);
  stream_.close();
}

}  // namespace

void serve_connection(Socket socket, std::string client, const Site& site, const HttpLimits& limits,
                      std::function<void()> gone) {
  std::make_shared<Session>(std::move(socket), std::move(client), site, limits, std::move(gone))->start();
}

}  // namespace hitscope::server
