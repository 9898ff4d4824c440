// The test program is its own worker: started as `PROGRAM worker ...` it does what hitscope does.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "ingest/worker.h"

namespace {

int be_worker(int argc, char** argv) {
  hitscope::WorkerLoopOptions options;
  for (int i = 2; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--no-sandbox") {
      options.sandbox = false;
      continue;
    }
    if (option == "--debug-markers") {
      options.debug_markers = true;
      continue;
    }
    if (++i >= argc) return 2;
    const std::string value = argv[i];
    if (option == "--model") options.model = value;
    if (option == "--timeout") options.limits.wall_s = std::stod(value);
    if (option == "--cpu-seconds") options.limits.cpu_s = std::stod(value);
    if (option == "--memory") options.limits.memory_bytes = std::stoull(value);
    if (option == "--max-bytes") options.limits.max_bytes = std::stoull(value);
    if (option == "--max-seconds") options.limits.max_audio_s = std::stod(value);
  }
  return hitscope::run_worker(options, STDIN_FILENO, STDOUT_FILENO);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "worker") return be_worker(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
