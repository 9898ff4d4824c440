// What the tests of ingest/ work with: files of every kind, the report that the direct way gives for them,
// looks at processes from outside, and a worker driven by hand, line by line.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace hitscope::testing {

using Json = nlohmann::ordered_json;

// A folder of its own for each test, removed with all that is in it.
class Workshop {
 public:
  Workshop();
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  ~Workshop();

  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  [[nodiscard]] std::filesystem::path write(std::string_view name, std::string_view bytes) const;
  // Some seconds of a chord with clicks; the name's ending says how it is encoded (synth/write_audio.h).
  [[nodiscard]] std::filesystem::path sound(std::string_view name, double seconds = 3) const;
  // As much sound as keeps a decoder busy for a minute, in a file of no great size.
  [[nodiscard]] std::filesystem::path long_sound() const;

 private:
  std::filesystem::path path_;
};

// The bundle that the project ships.
std::filesystem::path model_file();

// What `predict --explain` (with a model) or `analyze` would print for this file.
std::string direct_report(const std::filesystem::path& file, bool with_model, const std::string& name = {});
std::vector<std::byte> direct_frames(const std::filesystem::path& file);

// From /proc.
std::vector<pid_t> children_of(pid_t parent);
std::size_t open_files_of(pid_t process);
// Once it has not changed for a quarter of a second: what a process keeps, not what it is just closing.
std::size_t kept_files_of(pid_t process);
std::string status_of(pid_t process, std::string_view field);
bool is_running(pid_t process);  // and no zombie
// The only way a test sends a signal. To kill(), -1 means every process there is and 0 every one of ours; a
// process that was not found must never become one of these, so what is no single process throws.
void send_signal(pid_t process, int number);
// Waits up to ten seconds.
bool becomes_true(const std::function<bool()>& condition);

// `hitscope worker` at the end of two pipes, as a shell or a script would have it.
class HandWorker {
 public:
  explicit HandWorker(const std::vector<std::string>& options = {});
  HandWorker(const HandWorker&) = delete;
  HandWorker& operator=(const HandWorker&) = delete;
  ~HandWorker();

  void say(const std::string& bytes) const;
  void ask(const Json& request) const { say(request.dump() + "\n"); }
  // The next line; null at the end.
  Json hear();
  // All up to "done" or "failed".
  std::vector<Json> hear_out();
  Json answer() { return hear_out().back(); }
  void close_in();
  void close_out();
  int wait();  // for its end; its exit status, or 128 + signal
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string heard_;
};

}  // namespace hitscope::testing
