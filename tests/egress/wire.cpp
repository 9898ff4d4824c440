#include "egress/wire.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "core/base64.h"
#include "egress/request.h"

namespace hitscope::egress::testing {
namespace {

[[noreturn]] void broken(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::generic_category().message(errno));
}

std::uint16_t port_of(int socket) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) broken("getsockname");
  const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&name);
  return ntohs(v4->sin_port);  // at the same place in both families
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

Descriptor bound(int type) {
  Descriptor socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  const sockaddr_in name = loopback(0);
  if (!socket || ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
    broken("bind");
  return socket;
}

void patient(int socket) {
  const timeval time{.tv_sec = std::chrono::seconds(kPatience).count(), .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string field_of(std::string_view head, std::string_view name) {
  const std::size_t at = head.find(fmt::format("\r\n{}: ", name));
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return std::string(head.substr(begin, head.find("\r\n", begin) - begin));
}

}  // namespace

bool becomes_true(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = std::filesystem::temp_directory_path() / "hitscope-egress-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) broken("mkdtemp");
  path_ = name;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Canary::Canary() : socket_(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  const int no = 0;
  sockaddr_in6 everywhere{};
  everywhere.sin6_family = AF_INET6;
  if (!socket_ || ::setsockopt(socket_.number(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) != 0 ||
      ::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&everywhere), sizeof everywhere) != 0) {
    socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    if (::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&v4), sizeof v4) != 0) broken("bind");
  }
  if (::listen(socket_.number(), 100) != 0) broken("listen");
  port_ = port_of(socket_.number());
}

bool Canary::was_reached() const {
  pollfd looked_at{.fd = socket_.number(), .events = POLLIN, .revents = 0};
  return ::poll(&looked_at, 1, 0) != 0;
}

LocalServer::LocalServer(std::function<void(int)> serve)
    : serve_(std::move(serve)), socket_(bound(SOCK_STREAM)) {
  if (::listen(socket_.number(), 1000) != 0) broken("listen");
  port_ = port_of(socket_.number());
  acceptor_ = std::thread([this] { accept(); });
}

void LocalServer::accept() {
  while (true) {
    const int connection = ::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC);
    const std::scoped_lock lock(mutex_);
    if (connection < 0 || over_) {
      if (connection >= 0) ::close(connection);
      return;
    }
    patient(connection);
    open_.insert(connection);
    threads_.emplace_back([this, connection] {
      serve_(connection);
      const std::scoped_lock own_lock(mutex_);
      open_.erase(connection);
      ::close(connection);
    });
  }
}

LocalServer::~LocalServer() {
  {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    for (const int connection : open_) ::shutdown(connection, SHUT_RDWR);
  }
  ::shutdown(socket_.number(), SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
}

std::string LocalServer::address() const {
  return fmt::format("127.0.0.1:{}", port_);
}

std::string read_until(int connection, std::string_view end) {
  std::string text;
  char byte = 0;
  while (!text.ends_with(end) && ::recv(connection, &byte, 1, 0) == 1) text += byte;
  return text;
}

std::string read_all(int connection) {
  std::string text;
  std::array<char, 65536> piece{};
  ssize_t size = 0;
  while ((size = ::recv(connection, piece.data(), piece.size(), 0)) > 0)
    text.append(piece.data(), static_cast<std::size_t>(size));
  return text;
}

Site::Site(std::function<std::string(const std::string&)> answer)
    : server_([this, answer = std::move(answer)](int connection) {
        std::string request = read_until(connection, "\r\n\r\n");
        const std::string length = field_of(request, "Content-Length");
        for (long left = std::strtol(length.c_str(), nullptr, 10); left > 0; --left) {
          char byte = 0;
          if (::recv(connection, &byte, 1, 0) != 1) break;
          request += byte;
        }
        {
          const std::scoped_lock lock(mutex_);
          requests_.push_back(request);
        }
        send_all(connection, answer(request));
      }) {}

std::vector<std::string> Site::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::string ok(std::string_view body, std::string_view fields) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), fields, body);
}

DnsServer::DnsServer(std::map<std::string, std::vector<Answers>> names)
    : names_(std::move(names)), socket_(bound(SOCK_DGRAM)) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) broken("pipe2");
  stopped_.reset(ends[0]);
  stop_.reset(ends[1]);
  thread_ = std::thread([this] { run(); });
}

DnsServer::~DnsServer() {
  stop_.reset();
  thread_.join();
}

std::string DnsServer::address() const {
  return fmt::format("127.0.0.1:{}", port_of(socket_.number()));
}

void DnsServer::run() {
  while (true) {
    std::array<pollfd, 2> looked_at{{{.fd = socket_.number(), .events = POLLIN, .revents = 0},
                                     {.fd = stopped_.number(), .events = POLLIN, .revents = 0}}};
    ::poll(looked_at.data(), looked_at.size(), -1);
    if (looked_at[1].revents != 0) return;
    std::array<char, 512> packet{};
    sockaddr_in from{};
    socklen_t from_size = sizeof from;
    const ssize_t size = ::recvfrom(socket_.number(), packet.data(), packet.size(), 0,
                                    reinterpret_cast<sockaddr*>(&from), &from_size);
    if (size < 17) continue;
    ++questions_;
    const std::string words = answer({packet.data(), static_cast<std::size_t>(size)});
    ::sendto(socket_.number(), words.data(), words.size(), 0, reinterpret_cast<const sockaddr*>(&from),
             from_size);
  }
}

std::string DnsServer::answer(std::string_view question) {
  constexpr std::size_t kHeader = 12;
  std::string name;
  std::size_t at = kHeader;
  while (at < question.size() && question[at] != 0) {
    const std::size_t length = static_cast<unsigned char>(question[at]);
    if (!name.empty()) name += '.';
    name += question.substr(at + 1, length);
    at += length + 1;
  }
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const char type = question[at + 2];
  const std::string asked(question.substr(kHeader, at + 5 - kHeader));
  constexpr char kA = 1;
  std::string records;
  char count = 0;
  const auto known = names_.find(name);
  if (known != names_.end()) {
    std::size_t& turn = asked_[name + type];
    const Answers& answers = known->second[std::min(turn++, known->second.size() - 1)];
    for (const std::string& text : answers) {
      const auto address = boost::asio::ip::make_address(text);
      if (address.is_v4() != (type == kA)) continue;
      std::string bytes;
      if (address.is_v4()) {
        for (const unsigned char byte : address.to_v4().to_bytes()) bytes += static_cast<char>(byte);
      } else {
        for (const unsigned char byte : address.to_v6().to_bytes()) bytes += static_cast<char>(byte);
      }
      records += std::string("\xc0\x0c\0", 3) + type + std::string("\0\1\0\0\0\0\0", 7) +
                 static_cast<char>(bytes.size()) + bytes;
      ++count;
    }
  }
  const char status = known == names_.end() ? '\3' : '\0';
  std::string words(question.substr(0, 2));
  words += '\x81';
  words += static_cast<char>('\x80' | status);
  words += std::string("\0\1\0", 3) + count + std::string("\0\0\0\0", 4) + asked + records;
  return words;
}

Client::Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in name = loopback(port);
  if (::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
    broken("connect");
  patient(socket_.number());
}

bool Client::send(std::string_view bytes) const {
  return send_all(socket_.number(), bytes);
}

void Client::end_sending() const {
  ::shutdown(socket_.number(), SHUT_WR);
}

Answer Client::answer() const {
  Answer answer;
  std::string text;
  std::array<char, 65536> piece{};
  ssize_t size = 0;
  while ((size = ::recv(socket_.number(), piece.data(), piece.size(), 0)) > 0)
    text.append(piece.data(), static_cast<std::size_t>(size));
  answer.cut = size < 0;
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  answer.head = text.substr(0, end + 4);
  answer.body = text.substr(end + 4);
  answer.refusal = field_of(answer.head, "X-Hitscope-Refusal");
  if (answer.head.size() > 12) answer.status = std::stoi(answer.head.substr(9, 3));
  return answer;
}

std::string credentials(const Ticket& ticket) {
  const std::string url = ticket.proxy_url();
  constexpr std::string_view kScheme = "http://";
  const std::string words = url.substr(kScheme.size(), url.find('@') - kScheme.size());
  return fmt::format("Proxy-Authorization: Basic {}\r\n",
                     to_base64(std::as_bytes(std::span(words.data(), words.size()))));
}

Answer ask(const Guard& guard, const Ticket& ticket, std::string_view request_line, std::string_view fields,
           std::string_view body) {
  const Client client(guard.port());
  client.send(fmt::format("{}\r\n{}{}\r\n{}", request_line, credentials(ticket), fields, body));
  return client.answer();
}

Policy policy_of(PolicyMode mode, const std::vector<std::string>& entries) {
  const auto policy = Policy::make(mode, entries);
  if (!policy) throw std::runtime_error(policy.error().message);
  return *policy;
}

std::unique_ptr<Guard> guard_with(const Policy& policy, const std::function<void(GuardOptions&)>& change) {
  GuardOptions options;
  options.policy = policy;
  if (change) change(options);
  auto guard = Guard::start(std::move(options));
  if (!guard) throw std::runtime_error(guard.error().message);
  return std::move(*guard);
}

}  // namespace hitscope::egress::testing
