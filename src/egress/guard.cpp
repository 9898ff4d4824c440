#include "egress/guard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "egress/name_lookup.h"
#include "egress/session.h"
#include "egress/ticket_state.h"

namespace hitscope::egress {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using ErrorCode = boost::system::error_code;

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t count = ::getrandom(bytes.data() + have, bytes.size() - have, 0);
    if (count > 0) have += static_cast<std::size_t>(count);
  }
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

// In a time that says nothing about where they differ.
bool equal_secrets(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

tl::unexpected<Error> bad_proxy(std::string_view text, std::string_view reason) {
  return fail(ErrorKind::url_blocked, fmt::format("\"{}\" is no proxy to go through: {}", text, reason));
}

// Whoever starts the program names this proxy: it is trusted, and may be anywhere.
Result<std::vector<tcp::endpoint>> find_upstream(const std::string& text) {
  const auto url = read_http_url(text);
  if (!url) return bad_proxy(text, url.error().reason);
  if (url->path != "/") return bad_proxy(text, "write http://HOST:PORT.");
  const auto addresses =
      url->target.literal ? Addresses{*url->target.literal} : look_up_by_system(url->target.host);
  if (!addresses) return bad_proxy(text, addresses.error().reason);
  std::vector<tcp::endpoint> endpoints;
  for (const Address& address : *addresses) endpoints.emplace_back(address, url->target.port);
  return endpoints;
}

}  // namespace

// Calls of Asio return what they put into their last argument.
// NOLINTBEGIN(bugprone-unused-return-value)

struct Guard::Impl final : Office {
  Impl(GuardOptions its_options, Resolver its_resolver, std::vector<tcp::endpoint> its_upstream)
      : settings(std::move(its_options)),
        proxies(std::move(its_upstream)),
        resolver(std::move(its_resolver)) {}

  Result<void> listen() {
    ErrorCode error;
    acceptor.open(tcp::v4(), error);
    if (!error)
      fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg)
    if (!error) acceptor.bind(tcp::endpoint(net::ip::address_v4::loopback(), 0), error);
    if (!error) acceptor.listen(1024, error);
    if (!error) port = acceptor.local_endpoint(error).port();
    if (error)
      return fail(ErrorKind::internal, "The egress guard cannot listen on 127.0.0.1.", error.message());
    return {};
  }

  void accept() {
    acceptor.async_accept(context, [this](ErrorCode error, Socket socket) {
      if (error == net::error::operation_aborted) return;
      if (error) {
        // Out of descriptors, most likely: to ask again at once would only burn the processor.
        pause.expires_after(std::chrono::milliseconds(50));
        pause.async_wait([this](ErrorCode stopped) {
          if (!stopped) accept();
        });
        return;
      }
      if (open < settings.limits.connections) {
        ++open;
        std::make_shared<Session>(std::move(socket), *this)->start();
      }
      accept();
    });
  }

  std::shared_ptr<Ticket::State> find_ticket(std::string_view token) const override {
    const std::scoped_lock lock(mutex);
    std::shared_ptr<Ticket::State> found;
    for (const auto& ticket : tickets) {
      if (equal_secrets(ticket->token, token) && !ticket->closed) found = ticket;
    }
    return found;
  }
  void look_up(const Target& target, std::function<void(Resolver::Answer)> done) override {
    resolver.look_up(target, std::move(done));
  }
  const GuardOptions& options() const override { return settings; }
  const std::vector<tcp::endpoint>& upstream() const override { return proxies; }
  void session_ended() override { --open; }

  void forget(const std::shared_ptr<Ticket::State>& ticket) {
    {
      const std::scoped_lock lock(mutex);
      std::erase(tickets, ticket);
    }
    net::post(context, [ticket] {
      const auto sessions = ticket->sessions;
      for (Session* session : sessions) session->end();
    });
  }

  // Sessions live in the context's handlers and speak of what stands before it here.
  const GuardOptions settings;
  const std::vector<tcp::endpoint> proxies;
  mutable std::mutex mutex;
  std::vector<std::shared_ptr<Ticket::State>> tickets;
  std::atomic<std::size_t> open{0};
  std::uint16_t port = 0;
  net::io_context context{1};
  net::executor_work_guard<net::io_context::executor_type> work{context.get_executor()};
  Resolver resolver;  // posts to the context
  tcp::acceptor acceptor{context};
  net::steady_timer pause{context};
  std::thread thread;
};

Result<std::unique_ptr<Guard>> Guard::start(GuardOptions options) {
  auto resolver = Resolver::make(options.resolver);
  if (!resolver) return tl::unexpected(resolver.error());
  std::vector<tcp::endpoint> upstream;
  if (!options.upstream_proxy.empty()) {
    auto found = find_upstream(options.upstream_proxy);
    if (!found) return tl::unexpected(found.error());
    upstream = std::move(*found);
  }
  auto impl = std::make_shared<Impl>(std::move(options), std::move(*resolver), std::move(upstream));
  if (const auto ok = impl->listen(); !ok) return tl::unexpected(ok.error());
  impl->accept();
  try {
    impl->thread = std::thread([raw = impl.get()] { raw->context.run(); });
  } catch (const std::system_error& error) {
    return fail(ErrorKind::internal, "The egress guard gets no thread.", error.what());
  }
  return std::unique_ptr<Guard>(new Guard(std::move(impl)));
}

Guard::Guard(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Guard::~Guard() {
  impl_->context.stop();
  impl_->thread.join();
}

Ticket Guard::open(const TicketLimits& limits) {
  auto state = std::make_shared<Ticket::State>();
  state->token = random_token();
  state->limits = limits;
  state->port = impl_->port;
  state->end_sessions = [weak = std::weak_ptr(impl_), ticket = std::weak_ptr(state)] {
    const auto impl = weak.lock();
    const auto self = ticket.lock();
    if (impl && self) impl->forget(self);
  };
  const std::scoped_lock lock(impl_->mutex);
  impl_->tickets.push_back(state);
  return Ticket(std::move(state));
}

std::uint16_t Guard::port() const {
  return impl_->port;
}

std::size_t Guard::connections() const {
  return impl_->open;
}

// NOLINTEND(bugprone-unused-return-value)

Ticket::Ticket(std::shared_ptr<State> state) : state_(std::move(state)) {}
Ticket::Ticket(Ticket&&) noexcept = default;
Ticket& Ticket::operator=(Ticket&& other) noexcept {
  if (this != &other) {
    close();
    state_ = std::move(other.state_);
  }
  return *this;
}
Ticket::~Ticket() {
  close();
}

std::string Ticket::proxy_url() const {
  return fmt::format("http://hitscope:{}@127.0.0.1:{}", state_->token, state_->port);
}

std::uint64_t Ticket::bytes_received() const {
  return state_->received;
}

std::uint64_t Ticket::bytes_sent() const {
  return state_->sent;
}

std::size_t Ticket::connections() const {
  return state_->open;
}

std::optional<Refusal> Ticket::refusal() const {
  return state_->last_refusal();
}

void Ticket::close() {
  if (!state_ || state_->closed.exchange(true)) return;
  state_->end_sessions();
}

}  // namespace hitscope::egress
