#include "ingest/workshop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "audio/byte_source.h"
#include "audio/fixtures.h"
#include "features/spectral_dna.h"
#include "model/bundle.h"
#include "report/json.h"
#include "report/judge.h"
#include "synth/signals.h"
#include "synth/write_audio.h"

namespace hitscope::testing {
namespace fs = std::filesystem;

Workshop::Workshop() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  path_ = fs::temp_directory_path() / ("hitscope_ingest_" + std::to_string(::getpid()) + "_" + test->name());
  fs::create_directories(path_);
}

Workshop::~Workshop() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path Workshop::write(std::string_view name, std::string_view bytes) const {
  std::ofstream(path_ / name, std::ios::binary) << bytes;
  return path_ / name;
}

fs::path Workshop::sound(std::string_view name, double seconds) const {
  const std::array<double, 3> chord{220.0, 277.18, 329.63};
  std::vector<float> mono = synth::chord(chord, -20, seconds, 48000);
  const std::vector<float> clicks = synth::click_track(120, -12, seconds, 48000);
  for (std::size_t i = 0; i < mono.size(); ++i) mono[i] += clicks[i];
  const auto written = synth::write_audio(path_ / name, synth::to_channels(mono, 2), 48000, 2);
  if (!written) throw std::runtime_error(written.error().message);
  return path_ / name;
}

fs::path Workshop::long_sound() const {
  // A WAV header and two hours of silence at 8 kHz, which the file system need not even store.
  constexpr std::int64_t kDataBytes = std::int64_t{7200} * 8000 * 2;
  const Bytes header = wav({}, {}, kDataBytes);
  const fs::path file = write("long.wav", {reinterpret_cast<const char*>(header.data()), header.size()});
  fs::resize_file(file, header.size() + static_cast<std::uint64_t>(kDataBytes));
  return file;
}

fs::path model_file() {
  return fs::path(HITSCOPE_SOURCE_DIR) / "models" / "default.safetensors";
}

std::string direct_report(const fs::path& file, bool with_model, const std::string& name) {
  static const Predictor predictor(load_bundle(model_file()).value());
  auto report = analyze_source(open_file(file).value()).value();
  report.path = name.empty() ? file.string() : name;
  if (with_model && !judge(report, predictor, true)) throw std::runtime_error("nothing to judge");
  return to_json(report, JsonLayout::compact);
}

std::vector<std::byte> direct_frames(const fs::path& file) {
  return encode_dna(analyze_source(open_file(file).value()).value().analysis.dna);
}

std::string status_of(pid_t process, std::string_view field) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with(field) || line.size() <= field.size() || line[field.size()] != ':') continue;
    const std::size_t begin = line.find_first_not_of(" \t", field.size() + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return {};
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto process = static_cast<pid_t>(std::stol(name));
    if (status_of(process, "PPid") == std::to_string(parent)) children.push_back(process);
  }
  return children;
}

std::size_t open_files_of(pid_t process) {
  std::error_code error;
  const fs::directory_iterator files("/proc/" + std::to_string(process) + "/fd", error);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::size_t kept_files_of(pid_t process) {
  constexpr std::chrono::milliseconds kStep{10};
  std::size_t files = open_files_of(process);
  for (int unchanged = 0; unchanged < 25; ++unchanged) {
    std::this_thread::sleep_for(kStep);
    if (const std::size_t now = open_files_of(process); now != files) {
      files = now;
      unchanged = 0;
    }
  }
  return files;
}

bool is_running(pid_t process) {
  const std::string state = status_of(process, "State");
  return !state.empty() && state[0] != 'Z' && state[0] != 'X';
}

void send_signal(pid_t process, int number) {
  if (process <= 1) throw std::logic_error("no single process to send a signal to");
  ::kill(process, number);
}

bool becomes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

HandWorker::HandWorker(const std::vector<std::string>& options) {
  std::array<int, 2> to{};
  std::array<int, 2> from{};
  if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipes");
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> words{"hitscope", "worker"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ == 0) {
    ::dup2(to[0], STDIN_FILENO);
    ::dup2(from[1], STDOUT_FILENO);
    ::execv("/proc/self/exe", pointers.data());
    ::_exit(127);
  }
  ::close(to[0]);
  ::close(from[1]);
  in_ = to[1];
  out_ = from[0];
}

HandWorker::~HandWorker() {
  close_in();
  close_out();
  if (pid_ > 0) {
    send_signal(pid_, SIGKILL);
    wait();
  }
}

void HandWorker::say(const std::string& bytes) const {
  std::string_view left = bytes;
  while (!left.empty()) {
    const ssize_t count = ::write(in_, left.data(), left.size());
    if (count <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
}

Json HandWorker::hear() {
  while (true) {
    const std::size_t end = heard_.find('\n');
    if (end != std::string::npos) {
      Json line = Json::parse(heard_.substr(0, end));
      heard_.erase(0, end + 1);
      return line;
    }
    std::array<char, 65536> chunk{};
    const ssize_t count = ::read(out_, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return nullptr;
    heard_.append(chunk.data(), static_cast<std::size_t>(count));
  }
}

std::vector<Json> HandWorker::hear_out() {
  std::vector<Json> lines;
  do lines.push_back(hear());
  while (lines.back().is_object() && lines.back()["event"] != "done" && lines.back()["event"] != "failed");
  return lines;
}

void HandWorker::close_in() {
  if (in_ >= 0) ::close(in_);
  in_ = -1;
}

void HandWorker::close_out() {
  if (out_ >= 0) ::close(out_);
  out_ = -1;
}

int HandWorker::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace hitscope::testing
