#include "fetch/private_folder.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "fetch/remove_folder.h"

namespace hitscope {

namespace fs = std::filesystem;

Result<PrivateFolder> PrivateFolder::make() {
  std::error_code error;
  std::string path = (fs::temp_directory_path(error) / "hitscope-XXXXXX").string();
  if (error || mkdtemp(path.data()) == nullptr) {
    return fail(ErrorKind::busy, "There is no room for temporary files.", path);
  }
  return PrivateFolder(path);
}

PrivateFolder::~PrivateFolder() {
  if (path_.empty()) return;
  // What stays, the system clears away with its other temporary files.
  [[maybe_unused]] const std::error_code left = remove_folder(path_);
}

}  // namespace hitscope
