#include <unistd.h>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "ingest/worker.h"

namespace hitscope::cli {

int run(const WorkerArguments& arguments, const Console& /*console*/) {
  // A worker has nothing half-done to leave behind, and whoever stops it wants it to stop at once.
  stop_watching_for_interrupts();
  const WorkerLoopOptions options{.model = arguments.model,
                                  .limits = {.wall_s = arguments.timeout_s,
                                             .cpu_s = arguments.cpu_s,
                                             .memory_bytes = arguments.memory_bytes,
                                             .max_bytes = arguments.max_bytes,
                                             .max_audio_s = arguments.max_seconds},
                                  .sandbox = arguments.sandbox,
                                  .debug_markers = arguments.debug_markers};
  return run_worker(options, STDIN_FILENO, STDOUT_FILENO);
}

}  // namespace hitscope::cli
