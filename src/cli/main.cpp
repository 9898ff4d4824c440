#include <string>
#include <variant>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "fetch/settings.h"

int main(int argc, char** argv) {
  using namespace hitscope::cli;
  watch_for_interrupts();
  const std::string cookies = hitscope::take_cookies_from_environment();
  const Console console = standard_console();
  const auto parsed = parse_arguments({argv + 1, argv + argc}, cookies);
  if (const auto* answer = std::get_if<Answer>(&parsed)) {
    (answer->status == kAllDone ? console.out : console.err) << answer->text << std::flush;
    return answer->status;
  }
  return std::visit([&](const auto& arguments) { return run(arguments, console); },
                    std::get<Invocation>(parsed));
}
