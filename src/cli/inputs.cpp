#include "cli/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "cli/natural_order.h"

namespace hitscope::cli {
namespace {

namespace fs = std::filesystem;

void walk(const fs::path& folder, bool recursive, std::vector<Input>& inputs) {
  std::error_code problem;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end;
       entry.increment(problem)) {
    entries.push_back(entry->path());
  }
  if (problem) {
    inputs.push_back(
        {.path = folder.string(),
         .from_folder = true,
         .error = Error{ErrorKind::unreadable, "The folder cannot be read.", problem.message()}});
    return;
  }
  std::ranges::sort(entries, natural_less, [](const fs::path& path) { return path.filename().string(); });
  for (const fs::path& path : entries) {
    if (path.filename().string().starts_with('.')) continue;
    std::error_code gone;
    const bool is_link = fs::is_symlink(path, gone);
    if (fs::is_directory(path, gone)) {
      if (recursive && !is_link) walk(path, recursive, inputs);
    } else if (fs::is_regular_file(path, gone)) {
      inputs.push_back({.path = path.string(), .from_folder = true, .error = std::nullopt});
    }
  }
}

}  // namespace

std::vector<Input> find_inputs(const std::vector<std::string>& paths, bool recursive) {
  std::vector<Input> inputs;
  for (const std::string& path : paths) {
    std::error_code unknown;
    if (path != "-" && fs::is_directory(path, unknown)) {
      walk(path, recursive, inputs);
    } else {
      inputs.push_back({.path = path, .from_folder = false, .error = std::nullopt});
    }
  }
  return inputs;
}

Result<std::vector<std::string>> read_list(const std::string& path, std::istream& standard_input) {
  std::ifstream file;
  if (path != "-") {
    std::error_code unknown;
    if (!fs::exists(path, unknown))
      return fail(ErrorKind::not_found, fmt::format("There is no list {}.", path));
    file.open(path, std::ios::binary);
    if (!file || fs::is_directory(path, unknown)) {
      return fail(ErrorKind::unreadable, fmt::format("The list {} cannot be read.", path));
    }
  }
  std::istream& stream = path == "-" ? standard_input : file;
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  const bool by_nul = text.find('\0') != std::string::npos;

  std::vector<std::string> paths;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view entry = rest.substr(0, rest.find(by_nul ? '\0' : '\n'));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
    if (!by_nul && entry.ends_with('\r')) entry.remove_suffix(1);
    if (!entry.empty()) paths.emplace_back(entry);
  }
  return paths;
}

}  // namespace hitscope::cli
