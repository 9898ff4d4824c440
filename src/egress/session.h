// One connection of a client of the guard: reads the head of its one request, has it judged, connects, and
// carries bytes both ways until one side ends. Runs on the guard's thread only.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "egress/guard.h"
#include "egress/request.h"
#include "egress/ticket_state.h"

namespace hitscope::egress {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// What sessions need of the guard; it outlives them.
class Office {
 public:
  Office() = default;
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;
  virtual ~Office() = default;

  [[nodiscard]] virtual std::shared_ptr<Ticket::State> find_ticket(std::string_view token) const = 0;
  virtual void look_up(const Target& target, std::function<void(Resolver::Answer)> done) = 0;
  [[nodiscard]] virtual const GuardOptions& options() const = 0;
  // Of the proxy that stands between us and the net; none without one.
  [[nodiscard]] virtual const std::vector<boost::asio::ip::tcp::endpoint>& upstream() const = 0;
  virtual void session_ended() = 0;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Socket client, Office& office);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  void start();
  void end();  // at once, so that the client cannot take it for a proper end

 private:
  using ErrorCode = boost::system::error_code;
  using Clock = std::chrono::steady_clock;
  using Endpoint = boost::asio::ip::tcp::endpoint;
  enum class Phase { head, resolving, connecting, relaying, draining, ended };

  // From one side to the other through a buffer of its own.
  struct Way {
    Socket& from;
    Socket& to;
    std::uint64_t left = 0;  // bytes that may still be taken
    bool finished = false;
    std::array<char, std::size_t{64} << 10U> buffer{};
  };

  void enter(Phase phase, std::chrono::milliseconds limit);
  void watch();
  void on_late();

  void read_head();
  void on_head(std::size_t size);
  void admit(const RequestHead& head);
  void refuse(const Refusal& refusal);
  void answer(std::string_view status, std::string_view fields, const Refusal& refusal);

  void resolve();
  void on_answer(const Resolver::Answer& answer);
  void connect_next();
  void on_connected(ErrorCode error);
  void ask_upstream();
  void read_upstream(std::size_t filled);

  void relay();
  void read_response(std::size_t filled);
  void on_response(std::size_t size, std::size_t filled);
  void pump(Way& way);
  void forward(Way& way, std::size_t offset, std::size_t size);
  void finish(Way& way);
  [[nodiscard]] bool count(const Way& way, std::size_t bytes);
  void fail_relay(const Refusal& refusal);
  void drain();

  Office& office_;
  Socket client_;
  Socket site_;
  boost::asio::steady_timer timer_;
  Clock::time_point deadline_;
  Phase phase_ = Phase::head;
  std::shared_ptr<Ticket::State> ticket_;
  Request request_;
  std::vector<Endpoint> endpoints_;  // still to be tried, the next one last
  std::chrono::milliseconds each_{0};
  Endpoint asked_;               // where the site was admitted
  std::string text_;             // what is being written
  std::size_t head_bytes_ = 0;   // in up_.buffer
  std::size_t early_bytes_ = 0;  // behind the head in up_.buffer
  Way up_;
  Way down_;
};

}  // namespace hitscope::egress
