#include "cli/learning.h"

#include <memory>

#include "cli/progress.h"

namespace hitscope::cli {

std::vector<std::filesystem::path> table_paths(const LearningArguments& arguments) {
  return {arguments.data.begin(), arguments.data.end()};
}

LearnProgress learning_bar(const LearningArguments& arguments, const Console& console) {
  const auto bar = std::make_shared<StageProgress>(console, arguments.progress);
  return
      [bar](std::string_view doing, std::size_t done, std::size_t total) { bar->show(doing, done, total); };
}

}  // namespace hitscope::cli
