#include "server/listener.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/log.h"
#include "server/session.h"

namespace hitscope::server {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using ErrorCode = boost::system::error_code;

// Calls of Asio return what they put into their last argument.
// NOLINTBEGIN(bugprone-unused-return-value)

// "::ffff:192.0.2.1" is 192.0.2.1.
std::string address_of(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

// Asio leaves this out: without it a worker that is started again holds our sockets open, and their clients
// wait for an end that does not come.
void close_on_exec(int descriptor) {
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg)
}

// How many connections each client has open.
class ConnectionCount {
 public:
  bool add(const std::string& client, const HttpLimits& limits, bool each) {
    const std::scoped_lock lock(mutex_);
    if (total_ >= limits.connections) return false;
    std::size_t& own = of_client_[client];
    if (each && own >= limits.connections_per_client) return false;
    ++own;
    ++total_;
    return true;
  }
  void remove(const std::string& client) {
    const std::scoped_lock lock(mutex_);
    --total_;
    const auto found = of_client_.find(client);
    if (--found->second == 0) of_client_.erase(found);
  }
  std::size_t total() const {
    const std::scoped_lock lock(mutex_);
    return total_;
  }

 private:
  mutable std::mutex mutex_;
  std::size_t total_ = 0;
  std::unordered_map<std::string, std::size_t> of_client_;
};

}  // namespace

struct Listener::Impl {
  struct Lane {
    net::io_context context{1};
    net::executor_work_guard<net::io_context::executor_type> work{context.get_executor()};
    std::thread thread;
  };

  Impl(const Site& its_site, const HttpLimits& its_limits, unsigned threads, bool each_client)
      : site(its_site), limits(its_limits), count_clients(each_client) {
    for (unsigned i = 0; i < threads; ++i) lanes.emplace_back();
    acceptor.emplace(lanes.front().context);
    pause.emplace(lanes.front().context);
  }

  void accept() {
    Lane& lane = lanes[next++ % lanes.size()];
    acceptor->async_accept(lane.context, [this, &lane](ErrorCode error, Socket socket) {
      if (socket.is_open()) close_on_exec(socket.native_handle());
      if (error == net::error::operation_aborted || !acceptor->is_open()) return;
      if (error) {
        // Out of descriptors, most likely: to ask again at once would only burn the processor.
        log_event(LogLevel::warning, "accept", {{"problem", error.message()}});
        pause->expires_after(std::chrono::milliseconds(50));
        pause->async_wait([this](ErrorCode stopped) {
          if (!stopped) accept();
        });
        return;
      }
      take(lane, std::move(socket));
      accept();
    });
  }

  void take(Lane& lane, Socket socket) {
    ErrorCode error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return;
    std::string client = address_of(endpoint);
    if (!count->add(client, limits, count_clients)) return;
    socket.set_option(tcp::no_delay(true), error);
    net::post(lane.context, [this, client = std::move(client), socket = std::move(socket)]() mutable {
      auto gone = [counter = count, client] { counter->remove(client); };
      serve_connection(std::move(socket), std::move(client), site, limits, std::move(gone));
    });
  }

  const Site& site;
  const HttpLimits& limits;
  const bool count_clients;
  // Sessions are destroyed with their contexts, and count themselves out: the count must live as long.
  std::shared_ptr<ConnectionCount> count = std::make_shared<ConnectionCount>();
  std::deque<Lane> lanes;
  std::optional<tcp::acceptor> acceptor;
  std::optional<net::steady_timer> pause;
  std::size_t next = 0;
};

Listener::Listener(const Site& site, const HttpLimits& limits, unsigned threads, bool count_clients)
    : impl_(std::make_unique<Impl>(site, limits, threads, count_clients)) {}

Listener::~Listener() {
  stop();
}

Result<void> Listener::listen(const std::string& host, unsigned short port) {
  ErrorCode error;
  const auto address = net::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error)
    return fail(ErrorKind::unreadable, fmt::format("{} is no address to listen on.", host), error.message());
  const tcp::endpoint endpoint(address, port);
  tcp::acceptor& acceptor = *impl_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) close_on_exec(acceptor.native_handle());
  if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1024, error);
  if (error == net::error::address_in_use) {
    return fail(ErrorKind::busy, fmt::format("Port {} is in use: choose another with --port.", port),
                error.message());
  }
  if (error)
    return fail(ErrorKind::unreadable, fmt::format("Cannot listen on {}:{}.", host, port), error.message());
  return {};
}

unsigned short Listener::port() const {
  ErrorCode error;
  return impl_->acceptor->local_endpoint(error).port();
}

void Listener::start() {
  impl_->accept();
  for (Impl::Lane& lane : impl_->lanes) lane.thread = std::thread([&lane] { lane.context.run(); });
}

void Listener::stop_accepting() {
  net::post(impl_->lanes.front().context, [impl = impl_.get()] {
    ErrorCode ignored;
    impl->acceptor->close(ignored);
  });
}

void Listener::stop() {
  // Behind what is waiting there: answers that were given are sent.
  for (Impl::Lane& lane : impl_->lanes) net::post(lane.context, [&lane] { lane.context.stop(); });
  for (Impl::Lane& lane : impl_->lanes) {
    if (lane.thread.joinable()) lane.thread.join();
  }
}

// NOLINTEND(bugprone-unused-return-value)

std::size_t Listener::connections() const {
  return impl_->count->total();
}

}  // namespace hitscope::server
