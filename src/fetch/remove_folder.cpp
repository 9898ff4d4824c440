#include "fetch/remove_folder.h"

namespace hitscope {
namespace {

namespace fs = std::filesystem;

void take_back(const fs::path& folder) {
  std::error_code ignored;
  fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, ignored);
  fs::directory_iterator entries(folder, ignored);
  while (!ignored && entries != fs::directory_iterator()) {
    if (entries->symlink_status(ignored).type() == fs::file_type::directory) take_back(entries->path());
    entries.increment(ignored);
  }
}

}  // namespace

std::error_code remove_folder(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error) return error;
  take_back(folder);
  fs::remove_all(folder, error);
  return error;
}

}  // namespace hitscope
