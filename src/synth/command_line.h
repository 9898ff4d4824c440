// The words of the hitscope-synth program: parse, render, write, say what went wrong.
#pragma once

#include <span>
#include <string>

namespace hitscope::synth {

// Exit status as everywhere in hitscope: 0 done, 1 it could not be done, 2 wrong usage.
struct Outcome {
  int exit_status = 0;
  std::string output;   // for stdout
  std::string problem;  // for stderr
};

// The arguments without the program's name.
[[nodiscard]] Outcome run_command_line(std::span<const std::string> arguments);

}  // namespace hitscope::synth
