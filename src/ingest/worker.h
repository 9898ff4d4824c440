// `hitscope worker`: one request a line in, one or more lines out, and untrusted bytes never near anything
// they could harm (docs/worker.md has the protocol).
//
// Two processes. The *broker* reads requests, opens the named file and hands the open descriptor to the
// *decoder*, a child that has given up everything but reading what it is handed and writing its answer: no
// files to open, no network, no programs to start, limited memory and time (sandbox.h). A decoder sees one
// file; the next one, forked from the broker with the model already loaded, stands ready before it is asked
// for. The broker watches the decoder and does not trust what it says: a crash, a hang, an exhausted limit or
// nonsense is that one request's error. When the broker dies, so does its decoder.
#pragma once

#include <string>

#include "ingest/worker_process.h"

namespace hitscope {

struct WorkerLoopOptions {
  std::string model = "default";  // empty: measure only
  WorkLimits limits;              // defaults of requests, which may ask for less but not for more
  bool sandbox = true;
  bool debug_markers = false;  // for tests: debug_marker.h
};

// Runs until stdin ends. The calling process must have one thread, since decoders are forked from it, and is
// made to ignore SIGPIPE. Both descriptors stay open. Returns the exit status: 0, or 1 where it could not
// start (said on stdout as a {"event":"refused"} line, and on stderr).
int run_worker(const WorkerLoopOptions& options, int in_descriptor, int out_descriptor);

// Whether the sandbox can be set up here and holds: what it forbids is tried, in child processes. The detail
// says what holds or is missing.
struct SandboxCheck {
  bool works = false;
  std::string detail;
};
[[nodiscard]] SandboxCheck check_sandbox();

}  // namespace hitscope
