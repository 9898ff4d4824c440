#include "server/wire.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "synth/signals.h"
#include "synth/write_audio.h"

namespace hitscope::server::testing {

namespace fs = std::filesystem;

bool becomes_true(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "hitscope_server_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

Json Answer::json() const {
  return Json::parse(body, nullptr, false);
}

Client::Client(unsigned short port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const int at_once = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) close();
}

Client::~Client() {
  close();
}

void Client::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void Client::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Client::end_sending() const {
  ::shutdown(socket_, SHUT_WR);
}

bool Client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool Client::read_more() {
  std::array<char, 65536> piece{};
  while (true) {
    const ssize_t n = ::recv(socket_, piece.data(), piece.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    heard_.append(piece.data(), static_cast<std::size_t>(n));
    return true;
  }
}

std::string Client::read_until(std::string_view end) {
  while (true) {
    const std::size_t at = heard_.find(end);
    if (at != std::string::npos) {
      std::string text = heard_.substr(0, at + end.size());
      heard_.erase(0, text.size());
      return text;
    }
    if (!read_more()) return std::exchange(heard_, {});
  }
}

Answer Client::answer(bool to_head) {
  Answer answer;
  const std::string head = read_until("\r\n\r\n");
  if (!head.starts_with("HTTP/1.1 ") || !head.ends_with("\r\n\r\n")) return answer;
  std::from_chars(head.data() + 9, head.data() + head.size(), answer.status);
  std::string_view lines = std::string_view(head).substr(head.find("\r\n") + 2);
  while (lines != "\r\n") {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(line.size() + 2);
    std::string name(line.substr(0, line.find(':')));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    answer.headers[name] = line.substr(std::min(line.find(": ") + 2, line.size()));
  }
  const std::string length = answer.header("content-length");
  if (to_head || length.empty()) return answer;
  const std::size_t bytes = std::stoul(length);
  while (heard_.size() < bytes && read_more()) {
  }
  answer.body = heard_.substr(0, bytes);
  heard_.erase(0, bytes);
  return answer;
}

bool Client::is_let_go() const {
  std::array<char, 65536> piece{};
  while (true) {
    const ssize_t n = ::recv(socket_, piece.data(), piece.size(), 0);
    if (n > 0 || (n < 0 && errno == EINTR)) continue;
    return n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
}

std::string request(std::string_view method, std::string_view target, std::string_view lines,
                    std::string_view body) {
  const std::string length =
      body.empty() ? std::string() : fmt::format("Content-Length: {}\r\n", body.size());
  return fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n{}{}\r\n{}", method, target, lines, length, body);
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

std::string form(const std::vector<Part>& parts) {
  std::string text;
  for (const Part& part : parts) {
    text += fmt::format("--FORM\r\nContent-Disposition: form-data; name=\"{}\"", part.name);
    if (part.file_name) text += fmt::format("; filename=\"{}\"", *part.file_name);
    text += "\r\n\r\n" + part.bytes + "\r\n";
  }
  return text + "--FORM--\r\n";
}

std::string music(double seconds, int salt) {
  const std::array<double, 3> chord{220.0, 277.18 + salt, 329.63};
  std::vector<float> mono = synth::chord(chord, -20, seconds, 22050);
  const std::vector<float> clicks = synth::click_track(120, -12, seconds, 22050);
  for (std::size_t i = 0; i < mono.size(); ++i) mono[i] += clicks[i];
  const TemporaryFolder folder;
  const auto written = synth::write_audio(folder / "music.wav", mono, 22050, 1);
  if (!written) throw std::runtime_error(written.error().message);
  return bytes_of(folder / "music.wav");
}

std::string silence(double seconds, int salt) {
  const auto samples = static_cast<std::uint32_t>(seconds * 8000);
  std::string wav;
  const auto number = [&](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) wav += static_cast<char>(value >> (8U * static_cast<unsigned>(i)));
  };
  wav += "RIFF";
  number(36 + samples, 4);
  wav += "WAVEfmt ";
  number(16, 4);
  number(1, 2);
  number(1, 2);
  number(8000, 4);
  number(8000, 4);
  number(1, 2);
  number(8, 2);
  wav += "data";
  number(samples, 4);
  wav.append(samples, static_cast<char>(0x80));
  wav.back() = static_cast<char>(0x80 + salt);
  return wav;
}

ServeOptions options_in(const fs::path& folder) {
  // Where the worker finds its model, too. NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread reads it
  ::setenv("HITSCOPE_MODELS", HITSCOPE_SOURCE_DIR "/models", 1);
  ServeOptions options;
  options.port = 0;
  options.data_folder = folder;
  options.workers = 1;
  options.threads = 2;
  options.log_level = LogLevel::off;
  options.fetch.network = "off";  // fetching has tests of its own
  return options;
}

RunningServer::RunningServer(const std::function<void(ServeOptions&)>& change) {
  ServeOptions options = options_in(folder_ / "data");
  if (change) change(options);
  auto server = Server::start(options);
  if (!server) throw std::runtime_error(server.error().message + ": " + server.error().detail);
  server_ = std::move(*server);
  const std::string address = server_->address();
  port_ = static_cast<unsigned short>(std::stoi(address.substr(address.rfind(':') + 1)));
}

std::size_t RunningServer::spooled() const {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder_ / "data" / "spool"), fs::directory_iterator()));
}

double RunningServer::metric(const std::string& series) const {
  const std::string text = ask(request("GET", "/metrics")).body;
  const std::size_t at = text.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
}

}  // namespace hitscope::server::testing
