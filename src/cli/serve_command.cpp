#include <csignal>

#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/interrupt.h"
#include "server/server.h"

namespace hitscope::cli {

int run(const ServeArguments& arguments, const Console& console) {
  stop_watching_for_interrupts();
  // Blocked before any thread begins, so that it is this one that takes them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  auto server = server::Server::start(arguments.options);
  if (!server) return complain(console, "serve", server.error());
  console.out << "hitscope is at " << (*server)->address() << "  (Ctrl-C ends it)\n" << std::flush;
  int signal = 0;
  sigwait(&ends, &signal);
  // A second signal ends it without waiting.
  pthread_sigmask(SIG_UNBLOCK, &ends, nullptr);
  (*server)->stop(arguments.options.drain_s);
  return kAllDone;
}

}  // namespace hitscope::cli
