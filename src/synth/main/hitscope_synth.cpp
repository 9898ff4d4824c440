#include <cstdio>
#include <string>
#include <vector>

#include "synth/command_line.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const hitscope::synth::Outcome outcome = hitscope::synth::run_command_line(arguments);
  std::fputs(outcome.output.c_str(), stdout);
  std::fputs(outcome.problem.c_str(), stderr);
  return outcome.exit_status;
}
