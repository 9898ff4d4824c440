// What `train` and `evaluate` share: the tables, and a bar that shows where learning
// is.
#pragma once

#include <filesystem>
#include <vector>

#include "cli/arguments.h"
#include "cli/console.h"
#include "learn/ensemble.h"

namespace hitscope::cli {

[[nodiscard]] std::vector<std::filesystem::path> table_paths(const LearningArguments& arguments);

// Draws on stderr as the arguments' progress mode says; the bar is gone once the last copy is.
[[nodiscard]] LearnProgress learning_bar(const LearningArguments& arguments, const Console& console);

}  // namespace hitscope::cli
