#include "model/find_bundle.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <system_error>

namespace hitscope {
namespace {

namespace fs = std::filesystem;

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

}  // namespace

std::vector<fs::path> model_folders(const fs::path& own) {
  std::vector<fs::path> folders;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here writes the environment
  if (const char* given = std::getenv("HITSCOPE_MODELS"); given != nullptr && *given != '\0') {
    folders.emplace_back(given);
  }
  if (!own.empty()) folders.push_back(own);
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path folder = program.parent_path();
    folders.push_back(folder / "models");
    folders.push_back((folder / "../../models").lexically_normal());
    folders.push_back((folder / "../share/hitscope/models").lexically_normal());
  }
  return folders;
}

Result<fs::path> find_bundle(std::string_view name_or_path, const fs::path& own) {
  if (!is_name(name_or_path)) {
    fs::path path(name_or_path);
    if (is_file(path)) return path;
    return fail(ErrorKind::not_found, "There is no such model file.", path.string());
  }
  std::string tried;
  for (const fs::path& folder : model_folders(own)) {
    fs::path path = folder / (std::string(name_or_path) + ".safetensors");
    if (is_file(path)) return path;
    tried += (tried.empty() ? "" : ", ") + path.string();
  }
  return fail(ErrorKind::not_found, "There is no model called \"" + std::string(name_or_path) + "\".",
              "tried " + tried);
}

}  // namespace hitscope
