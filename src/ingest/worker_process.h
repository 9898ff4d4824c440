// A `hitscope worker` at the other end of two pipes: untrusted bytes are decoded there, never here.
//
// One WorkerProcess does one job at a time and lives on from job to job. Whatever happens to the process (it
// crashes, hangs, is killed) ends that one job with a typed error; the next run() starts a new one. Not safe
// to share between threads; each thread of a pool has its own.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"

namespace hitscope {

struct WorkLimits {     // of anything: 0 is no limit
  double wall_s = 600;  // for one job; exceeded: timeout
  double cpu_s = 300;   // exceeded: timeout
  // Of the decoding process, on top of what the program itself maps. Exceeded: too_large.
  std::uint64_t memory_bytes = std::uint64_t{2} << 30U;
  std::uint64_t max_bytes = std::uint64_t{1} << 30U;  // of the file; exceeded: too_large
  double max_audio_s = 2 * 3600.0;                    // exceeded: too_long
};

struct WorkerOptions {
  std::filesystem::path program;  // of hitscope itself; empty: the running one
  std::string model = "default";  // name or path; empty: measure only
  WorkLimits limits;
  bool sandbox = true;
  int nice = 10;  // added to the process's niceness, so that the server stays quick
};

struct WorkRequest {
  std::string id;
  std::filesystem::path file;
  std::string name;  // becomes "path" of the report; any text
  bool explain = true;
  bool frames = true;
  bool true_peak = false;
};

struct WorkProgress {
  enum class Stage { decoding, measuring, voting };
  Stage stage = Stage::decoding;
  double done_s = 0;              // of audio
  std::optional<double> known_s;  // where the header tells
};

struct WorkAnswer {
  std::string report;             // JSON of the track (DESIGN section 5), compact
  std::vector<std::byte> frames;  // the Spectral DNA as in docs/formats.md; empty unless asked for
};

class WorkerProcess {
 public:
  explicit WorkerProcess(WorkerOptions options);
  WorkerProcess(WorkerProcess&&) noexcept;
  WorkerProcess& operator=(WorkerProcess&&) noexcept;
  ~WorkerProcess();  // ends the process and what it started

  // Starts the process unless it runs, and waits until it says that it is ready (model loaded, sandbox up).
  // Errors: model_invalid, not_found, internal (no sandbox here, cannot start: with the reason).
  [[nodiscard]] Result<void> start();

  // Blocks. `progress` is called a few times a second. Setting `cancelled` ends the job within 0.2 s with
  // ErrorKind::interrupted. Errors: those of analyze_source and judge; timeout, too_large, too_long; corrupt
  // (the decoder crashed on this input); interrupted (cancelled, or the process was killed from outside).
  [[nodiscard]] Result<WorkAnswer> run(const WorkRequest& request,
                                       const std::function<void(const WorkProgress&)>& progress,
                                       const std::atomic<bool>& cancelled);

  [[nodiscard]] std::optional<pid_t> pid() const;  // of the broker, while it runs
  [[nodiscard]] std::uint64_t restarts() const;    // how often it had to be started again

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hitscope
