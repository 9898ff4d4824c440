#include "egress/session.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <limits>
#include <utility>

namespace hitscope::egress {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using std::chrono::milliseconds;

constexpr std::uint64_t kWithoutEnd = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kMostAddresses = 8;
constexpr milliseconds kToDrain{2000};
// So that a look-up's own word about its time comes before ours.
constexpr milliseconds kGrace{500};

std::string_view status_of(RefusalKind kind) {
  switch (kind) {
    case RefusalKind::malformed:
      return "400 Bad Request";
    case RefusalKind::head_too_large:
      return "431 Request Header Fields Too Large";
    case RefusalKind::unauthorized:
      return "407 Proxy Authentication Required";
    case RefusalKind::unresolved:
    case RefusalKind::unreachable:
      return "502 Bad Gateway";
    case RefusalKind::timeout:
      return "504 Gateway Timeout";
    case RefusalKind::too_many_connections:
      return "503 Service Unavailable";
    default:
      return "403 Forbidden";
  }
}

// Asio leaves this out, and the server starts other programs.
void close_on_exec(int descriptor) {
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg)
}

// Calls of Asio return what they put into their last argument.
// NOLINTBEGIN(bugprone-unused-return-value)

// Ends a connection so that the other side sees an error, not an end.
void reset(Socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(net::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace

Session::Session(Socket client, Office& office)
    : office_(office),
      client_(std::move(client)),
      site_(client_.get_executor()),
      timer_(client_.get_executor()),
      up_{.from = client_, .to = site_, .left = kWithoutEnd, .finished = false, .buffer = {}},
      down_{.from = site_, .to = client_, .left = kWithoutEnd, .finished = false, .buffer = {}} {}

Session::~Session() {
  if (ticket_) {
    std::erase(ticket_->sessions, this);
    --ticket_->open;
  }
  office_.session_ended();
}

void Session::start() {
  close_on_exec(client_.native_handle());
  ErrorCode ignored;
  client_.set_option(tcp::no_delay(true), ignored);
  deadline_ = Clock::now() + office_.options().limits.head;
  watch();
  read_head();
}

void Session::end() {
  if (phase_ == Phase::ended) return;
  phase_ = Phase::ended;
  timer_.cancel();
  reset(client_);
  reset(site_);
}

void Session::enter(Phase phase, milliseconds limit) {
  phase_ = phase;
  deadline_ = Clock::now() + limit;
  timer_.cancel();  // its handler waits anew
}

void Session::watch() {
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](ErrorCode /*cancelled*/) {
    if (self->phase_ == Phase::ended) return;
    if (Clock::now() >= self->deadline_) self->on_late();
    if (self->phase_ != Phase::ended) self->watch();
  });
}

void Session::on_late() {
  const auto late = [this](std::string reason) {
    return Refusal{.kind = RefusalKind::timeout, .host = request_.target.text(), .reason = std::move(reason)};
  };
  switch (phase_) {
    case Phase::resolving:
      return refuse(late(fmt::format("Looking up {} took too long.", request_.target.host)));
    case Phase::connecting: {
      if (endpoints_.empty()) return refuse(late(fmt::format("{} did not answer.", request_.target.host)));
      ErrorCode ignored;
      site_.close(ignored);
      return connect_next();
    }
    case Phase::relaying:
      return fail_relay(late(fmt::format("{} sent nothing for too long.", request_.target.host)));
    default:
      return end();
  }
}

void Session::read_head() {
  const auto space = net::buffer(up_.buffer.data() + head_bytes_, kMostHeadBytes - head_bytes_);
  client_.async_read_some(space, [self = shared_from_this()](ErrorCode error, std::size_t size) {
    if (self->phase_ != Phase::head) return;
    if (error) return self->end();
    self->on_head(size);
  });
}

void Session::on_head(std::size_t size) {
  head_bytes_ += size;
  const std::string_view bytes(up_.buffer.data(), head_bytes_);
  const auto head_size = request_head_size(bytes);
  if (!head_size) {
    if (head_bytes_ < kMostHeadBytes) return read_head();
    return refuse({.kind = RefusalKind::head_too_large,
                   .host = {},
                   .reason = "The head of the request is longer than 16 KiB."});
  }
  early_bytes_ = head_bytes_ - *head_size;
  const auto head = read_request_head(bytes.substr(0, *head_size));
  std::memmove(up_.buffer.data(), up_.buffer.data() + *head_size, early_bytes_);
  if (!head) return refuse(head.error());
  admit(*head);
}

void Session::admit(const RequestHead& head) {
  const auto token = ticket_token(head.field("proxy-authorization"));
  auto ticket = token ? office_.find_ticket(*token) : nullptr;
  if (!ticket)
    return refuse({.kind = RefusalKind::unauthorized,
                   .host = {},
                   .reason = "This proxy serves jobs with a ticket only."});
  ticket_ = std::move(ticket);
  ticket_->sessions.push_back(this);
  const std::size_t open = ++ticket_->open;
  auto request = judge_request(head, office_.options().policy);
  if (!request) return refuse(request.error());
  request_ = std::move(*request);
  if (open > ticket_->limits.max_connections)
    return refuse({.kind = RefusalKind::too_many_connections,
                   .host = request_.target.text(),
                   .reason = "This job has too many connections open."});
  if (ticket_->is_used_up())
    return refuse({.kind = RefusalKind::too_many_bytes,
                   .host = request_.target.text(),
                   .reason = "This job has used up its bytes."});
  resolve();
}

void Session::refuse(const Refusal& refusal) {
  if (ticket_) ticket_->record(refusal);
  reset(site_);
  answer(status_of(refusal.kind),
         refusal.kind == RefusalKind::unauthorized ? "Proxy-Authenticate: Basic realm=\"hitscope\"\r\n" : "",
         refusal);
}

void Session::answer(std::string_view status, std::string_view fields, const Refusal& refusal) {
  enter(Phase::draining, kToDrain);
  text_ = fmt::format(
      "HTTP/1.1 {}\r\nX-Hitscope-Refusal: {}\r\n{}Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Length: {}\r\nConnection: close\r\n\r\n{}\n",
      status, kind_name(refusal.kind), fields, refusal.reason.size() + 1, refusal.reason);
  net::async_write(client_, net::buffer(text_), [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (error) return self->end();
    ErrorCode ignored;
    self->client_.shutdown(tcp::socket::shutdown_send, ignored);
    self->drain();
  });
}

// To close while the client still sends would make it lose the answer.
void Session::drain() {
  if (phase_ == Phase::ended) return;
  client_.async_read_some(net::buffer(up_.buffer), [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (!error) return self->drain();
    if (self->phase_ == Phase::ended) return;
    self->phase_ = Phase::ended;
    self->timer_.cancel();
    ErrorCode ignored;
    self->client_.close(ignored);
    self->site_.close(ignored);
  });
}

void Session::resolve() {
  enter(Phase::resolving, office_.options().resolver.time_limit + kGrace);
  if (request_.target.literal) return on_answer(std::vector<Address>{*request_.target.literal});
  // What waits at the resolver must not keep the session alive: it would be destroyed there.
  office_.look_up(request_.target,
                  [weak = weak_from_this(), executor = client_.get_executor()](Resolver::Answer answer) {
                    net::post(executor, [weak, answer = std::move(answer)] {
                      const auto self = weak.lock();
                      if (self && self->phase_ == Phase::resolving) self->on_answer(answer);
                    });
                  });
}

void Session::on_answer(const Resolver::Answer& answer) {
  if (!answer) return refuse(answer.error());
  auto admitted = office_.options().policy.admitted(request_.target, *answer);
  if (!admitted) return refuse(admitted.error());
  if (admitted->size() > kMostAddresses) admitted->resize(kMostAddresses);
  asked_ = Endpoint(admitted->front(), request_.target.port);
  if (!office_.upstream().empty()) {
    endpoints_ = office_.upstream();
  } else {
    for (const Address& address : *admitted) endpoints_.emplace_back(address, request_.target.port);
  }
  each_ = office_.options().limits.connect / static_cast<int>(endpoints_.size());
  std::ranges::reverse(endpoints_);
  connect_next();
}

void Session::connect_next() {
  const Endpoint endpoint = endpoints_.back();
  endpoints_.pop_back();
  enter(Phase::connecting, each_);
  ErrorCode error;
  site_.open(endpoint.protocol(), error);
  if (error) return on_connected(error);
  close_on_exec(site_.native_handle());
  site_.async_connect(endpoint,
                      [self = shared_from_this(), endpoint, left = endpoints_.size()](ErrorCode failed) {
                        if (self->phase_ != Phase::connecting || left != self->endpoints_.size())
                          return;  // another's turn
                        ErrorCode unknown;
                        if (!failed && self->site_.remote_endpoint(unknown) != endpoint)
                          failed = net::error::not_connected;
                        self->on_connected(failed);
                      });
}

void Session::on_connected(ErrorCode error) {
  ErrorCode ignored;
  if (error) {
    site_.close(ignored);
    if (!endpoints_.empty()) return connect_next();
    return refuse(
        {.kind = RefusalKind::unreachable,
         .host = request_.target.text(),
         .reason = fmt::format("{} cannot be reached: {}.", request_.target.host, error.message())});
  }
  site_.set_option(tcp::no_delay(true), ignored);
  endpoints_.clear();
  if (office_.upstream().empty()) return relay();
  ask_upstream();
}

void Session::ask_upstream() {
  const std::string authority =
      Target{.host = asked_.address().to_string(), .literal = asked_.address(), .port = asked_.port()}.text();
  text_ = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", authority);
  enter(Phase::connecting, office_.options().limits.connect);
  net::async_write(site_, net::buffer(text_), [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (self->phase_ != Phase::connecting) return;
    if (error) return self->on_connected(error);
    self->read_upstream(0);
  });
}

void Session::read_upstream(std::size_t filled) {
  const auto space = net::buffer(down_.buffer.data() + filled, kMostHeadBytes - filled);
  site_.async_read_some(space, [self = shared_from_this(), filled](ErrorCode error, std::size_t size) {
    if (self->phase_ != Phase::connecting) return;
    const std::size_t now = filled + size;
    const std::string_view bytes(self->down_.buffer.data(), now);
    const auto head_size = response_head_size(bytes);
    if (!error && !head_size && now < kMostHeadBytes) return self->read_upstream(now);
    const auto head = head_size ? read_response_head(bytes.substr(0, *head_size)) : std::nullopt;
    // Nothing may follow yet: the site has not been asked.
    if (head && head->status / 100 == 2 && *head_size == now) return self->relay();
    self->refuse(
        {.kind = RefusalKind::unreachable,
         .host = self->request_.target.text(),
         .reason = fmt::format("The upstream proxy does not connect to {}.", self->request_.target.host)});
  });
}

void Session::relay() {
  enter(Phase::relaying, office_.options().limits.idle);
  if (request_.tunnel) {
    text_ = "HTTP/1.1 200 Connection established\r\n\r\n";
    net::async_write(client_, net::buffer(text_), [self = shared_from_this()](ErrorCode error, std::size_t) {
      if (error) return self->end();
      self->pump(self->down_);
      self->forward(self->up_, 0, self->early_bytes_);
    });
    return;
  }
  up_.left = request_.body_bytes;
  if (!count(up_, request_.head.size())) return;
  net::async_write(
      site_, net::buffer(request_.head), [self = shared_from_this()](ErrorCode error, std::size_t) {
        if (self->phase_ != Phase::relaying) return;
        if (error)
          return self->refuse({.kind = RefusalKind::unreachable,
                               .host = self->request_.target.text(),
                               .reason = fmt::format("{} went away.", self->request_.target.host)});
        self->read_response(0);
        const auto early =
            static_cast<std::size_t>(std::min<std::uint64_t>(self->early_bytes_, self->up_.left));
        self->forward(self->up_, 0, early);
      });
}

void Session::read_response(std::size_t filled) {
  const auto space = net::buffer(down_.buffer.data() + filled, down_.buffer.size() - filled);
  site_.async_read_some(space, [self = shared_from_this(), filled](ErrorCode error, std::size_t size) {
    if (self->phase_ != Phase::relaying) return;
    if (!self->count(self->down_, size)) return;
    const std::size_t now = filled + size;
    const auto head_size = response_head_size({self->down_.buffer.data(), now});
    if (head_size) return self->on_response(*head_size, now);
    if (!error && now < self->down_.buffer.size()) return self->read_response(now);
    self->refuse({.kind = RefusalKind::unreachable,
                  .host = self->request_.target.text(),
                  .reason = fmt::format("{} does not answer in HTTP.", self->request_.target.host)});
  });
}

void Session::on_response(std::size_t size, std::size_t filled) {
  auto head = read_response_head({down_.buffer.data(), size});
  const std::size_t rest = filled - size;
  std::memmove(down_.buffer.data(), down_.buffer.data() + size, rest);
  // Interim answers announce the one that counts. Nobody was asked for another protocol (101).
  if (head && head->status / 100 == 1 && head->status != 101) {
    if (response_head_size({down_.buffer.data(), rest}))
      return on_response(*response_head_size({down_.buffer.data(), rest}), rest);
    return read_response(rest);
  }
  if (!head || head->status < 200)
    return refuse({.kind = RefusalKind::unreachable,
                   .host = request_.target.text(),
                   .reason = fmt::format("{} does not answer in HTTP.", request_.target.host)});
  text_ = std::move(head->head);
  net::async_write(client_, net::buffer(text_),
                   [self = shared_from_this(), rest](ErrorCode error, std::size_t) {
                     if (error) return self->end();
                     self->forward(self->down_, 0, rest);
                   });
}

// What came before counts; false: the ticket is used up, and all is over.
bool Session::count(const Way& way, std::size_t bytes) {
  deadline_ = Clock::now() + office_.options().limits.idle;  // the timer finds out when it is due
  (&way == &down_ ? ticket_->received : ticket_->sent) += bytes;
  if (!ticket_->is_used_up()) return true;
  ticket_->record({.kind = RefusalKind::too_many_bytes,
                   .host = request_.target.text(),
                   .reason = "More bytes than this job may transfer."});
  const auto sessions = ticket_->sessions;  // they stay where they are until their handlers have run
  for (Session* session : sessions) session->end();
  return false;
}

void Session::fail_relay(const Refusal& refusal) {
  ticket_->record(refusal);
  end();
}

void Session::pump(Way& way) {
  if (phase_ != Phase::relaying) return;
  if (way.left == 0) return finish(way);
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(way.buffer.size(), way.left));
  way.from.async_read_some(net::buffer(way.buffer.data(), most),
                           [self = shared_from_this(), &way](ErrorCode error, std::size_t size) {
                             if (self->phase_ != Phase::relaying) return;
                             if (error == net::error::eof) return self->finish(way);
                             if (error) return self->end();
                             if (self->count(way, size)) self->forward(way, 0, size);
                           });
}

void Session::forward(Way& way, std::size_t offset, std::size_t size) {
  if (phase_ != Phase::relaying) return;
  if (way.left != kWithoutEnd) way.left -= size;
  if (size == 0) return pump(way);
  net::async_write(way.to, net::buffer(way.buffer.data() + offset, size),
                   [self = shared_from_this(), &way](ErrorCode error, std::size_t) {
                     if (self->phase_ != Phase::relaying) return;
                     if (error) return self->end();
                     self->pump(way);
                   });
}

void Session::finish(Way& way) {
  way.finished = true;
  ErrorCode ignored;
  const bool whole_body = &way == &up_ && way.left == 0;
  // A site may take a half-closed connection for one given up: the end of a body is known by its length.
  if (!whole_body) way.to.shutdown(tcp::socket::shutdown_send, ignored);
  const bool over = request_.tunnel ? up_.finished && down_.finished : down_.finished;
  if (!over) return;
  enter(Phase::draining, kToDrain);
  site_.close(ignored);
  drain();
}

// NOLINTEND(bugprone-unused-return-value)

}  // namespace hitscope::egress
