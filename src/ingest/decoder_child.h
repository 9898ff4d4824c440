// The decoder: the process that touches untrusted bytes.
//
// Forked by the broker with the model already loaded, it first gives up all it does not need (sandbox.h),
// says so, then takes one assignment, measures and judges the file it is handed, says what came of it, and
// ends. One file is all a decoder ever sees: whatever a file may do to it, the next one meets a new decoder.
#pragma once

#include <sys/types.h>

#include "ingest/worker_process.h"
#include "model/predictor.h"

namespace hitscope {

struct DecoderSetup {
  const Predictor* predictor = nullptr;  // nullptr: measure only
  WorkLimits limits;
  bool sandbox = true;
  bool debug_markers = false;  // debug_marker.h
};

// `socket` leads to the broker, whose process id is `broker`.
[[noreturn]] void run_decoder(const DecoderSetup& setup, int socket, pid_t broker);

}  // namespace hitscope
