// What the tests of egress/ work with: a listener that nobody may reach, a web site and a DNS server on the
// loopback interface, and a client that speaks to the guard byte by byte.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/descriptor.h"
#include "egress/guard.h"

namespace hitscope::egress::testing {

// How long anything may take before a test calls it hanging: a guard, not a measure of speed.
inline constexpr auto kPatience = std::chrono::seconds(120);
[[nodiscard]] bool becomes_true(const std::function<bool()>& condition);

class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Listens on every address of this machine, of both families where there are two, at one port.
class Canary {
 public:
  Canary();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool was_reached() const;  // by anybody, up to now

 private:
  Descriptor socket_;
  std::uint16_t port_ = 0;
};

// Listens on 127.0.0.1 and hands each connection to a thread of its own. `serve` ends with the connection.
class LocalServer {
 public:
  explicit LocalServer(std::function<void(int connection)> serve);
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;
  ~LocalServer();  // cuts what is open, and waits
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string address() const;  // "127.0.0.1:PORT", as an entry of a policy

 private:
  void accept();

  std::function<void(int)> serve_;
  Descriptor socket_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  bool over_ = false;
  std::set<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// Everything up to and with `end`, or up to the end of the connection.
[[nodiscard]] std::string read_until(int connection, std::string_view end);
[[nodiscard]] std::string read_all(int connection);

// A web site: reads one request (head, and a body of its Content-Length), answers it, closes.
class Site {
 public:
  explicit Site(std::function<std::string(const std::string& request)> answer);
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] std::string address() const { return server_.address(); }
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  LocalServer server_;
};
[[nodiscard]] std::string ok(std::string_view body, std::string_view fields = {});

// Answers A and AAAA over UDP. Each look-up of a name takes its next answers; the last ones stay.
class DnsServer {
 public:
  using Answers = std::vector<std::string>;  // addresses of both families
  explicit DnsServer(std::map<std::string, std::vector<Answers>> names);
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;
  ~DnsServer();
  [[nodiscard]] std::string address() const;  // "127.0.0.1:PORT"
  [[nodiscard]] std::size_t questions() const { return questions_; }

 private:
  void run();
  [[nodiscard]] std::string answer(std::string_view question);

  std::map<std::string, std::vector<Answers>> names_;
  std::map<std::string, std::size_t> asked_;  // by name and type
  Descriptor socket_;
  Descriptor stop_;  // the writing end of a pipe
  Descriptor stopped_;
  std::atomic<std::size_t> questions_{0};
  std::thread thread_;
};

struct Answer {
  int status = 0;  // 0: the connection ended before there was one
  std::string refusal;
  std::string head;
  std::string body;
  bool cut = false;  // ended by an error instead of an end
};

class Client {
 public:
  explicit Client(std::uint16_t port);
  bool send(std::string_view bytes) const;  // NOLINT(modernize-use-nodiscard): often nobody minds
  void end_sending() const;
  [[nodiscard]] Answer answer() const;  // up to the end of the connection
  [[nodiscard]] int socket() const { return socket_.number(); }

 private:
  Descriptor socket_;
};

// "Proxy-Authorization: Basic ...\r\n" of a ticket.
[[nodiscard]] std::string credentials(const Ticket& ticket);
// A request of a ticket's holder: "GET http://... HTTP/1.1" and so on, without the empty line.
[[nodiscard]] Answer ask(const Guard& guard, const Ticket& ticket, std::string_view request_line,
                         std::string_view fields = {}, std::string_view body = {});

[[nodiscard]] Policy policy_of(PolicyMode mode, const std::vector<std::string>& entries = {});
[[nodiscard]] std::unique_ptr<Guard> guard_with(const Policy& policy,
                                                const std::function<void(GuardOptions&)>& change = {});

}  // namespace hitscope::egress::testing
