// What the tests of server/ work with: folders, a reply to look at, a server inside the test program, and
// clients that speak to it over real sockets, byte by byte where a test wants that.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http.h"
#include "server/json_body.h"
#include "server/options.h"
#include "server/server.h"

namespace hitscope::server::testing {

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
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] std::string bytes_of(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view bytes);

// Takes what is replied.
class Recorder final : public Reply::Target {
 public:
  [[nodiscard]] const Request& request() const override { return asked; }
  void respond(Response response) override { answers.push_back(std::move(response)); }
  std::shared_ptr<EventStream> stream() override { return nullptr; }

  Request asked;
  std::vector<Response> answers;
};

struct Answer {
  int status = 0;                              // 0: the connection ended before there was one
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] Json json() const;  // discarded where it is none
};

class Client {
 public:
  explicit Client(unsigned short port);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // False where the other side does not take it any more.
  bool send(std::string_view bytes) const;  // NOLINT(modernize-use-nodiscard): often nobody minds
  void end_sending() const;                 // half-closes
  void close();
  void reset();  // closes so that the other side sees an error

  // The next answer; `to_head`: of a HEAD request. Interim answers (100) are answers of their own.
  [[nodiscard]] Answer answer(bool to_head = false);
  [[nodiscard]] Answer ask(std::string_view request) {
    send(request);  // an answer may have come before all of it was taken
    return answer();
  }
  // All bytes up to and with `end`, or up to the end of the connection.
  [[nodiscard]] std::string read_until(std::string_view end);
  // Whether the other side ends the connection (what it still sends is thrown away).
  [[nodiscard]] bool is_let_go() const;

 private:
  bool read_more();  // false: nothing more comes

  int socket_ = -1;
  std::string heard_;
};

// A request with a Host header; `lines`: more of them, each with its end.
[[nodiscard]] std::string request(std::string_view method, std::string_view target,
                                  std::string_view lines = {}, std::string_view body = {});
[[nodiscard]] std::string chunk(std::string_view bytes);

struct Part {
  std::string name;
  std::string bytes;
  std::optional<std::string> file_name = std::nullopt;  // NOLINT(readability-redundant-member-init)
};
inline constexpr std::string_view kFormType = "Content-Type: multipart/form-data; boundary=FORM\r\n";
[[nodiscard]] std::string form(const std::vector<Part>& parts);

// A WAV of some seconds: a chord with clicks, or silence (one byte a sample, 8 kHz) that keeps a worker busy.
// `salt` makes the bytes differ.
[[nodiscard]] std::string music(double seconds, int salt = 0);
[[nodiscard]] std::string silence(double seconds, int salt = 0);

// Options for a server of a test: any free port, one worker, no log.
[[nodiscard]] ServeOptions options_in(const std::filesystem::path& folder);

class RunningServer {
 public:
  explicit RunningServer(const std::function<void(ServeOptions&)>& change = {});

  [[nodiscard]] unsigned short port() const { return port_; }
  [[nodiscard]] Answer ask(std::string_view request) const { return Client(port_).ask(request); }
  [[nodiscard]] std::size_t spooled() const;  // files waiting in the spool
  // Of /metrics; -1 where it is not there.
  [[nodiscard]] double metric(const std::string& series) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  void stop(double seconds) const { server_->stop(seconds); }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Server> server_;
  unsigned short port_ = 0;
};

}  // namespace hitscope::server::testing
