// A clean end on SIGINT (Ctrl-C) and SIGTERM: the first one raises a flag, at which the work stops and what
// is done is written out; a second one ends the program at once. SIGPIPE is ignored: a reader that goes away
// shows as a failed write.
#pragma once

#include <atomic>

namespace hitscope::cli {

// Installs the handlers; call once, from main.
void watch_for_interrupts();

// Back to the usual: an interrupt ends the program at once. For work that cannot stop half-way and leaves
// nothing half-done behind.
void stop_watching_for_interrupts();

// Raised by the first signal, never lowered.
[[nodiscard]] const std::atomic<bool>& interrupt_flag();

}  // namespace hitscope::cli
