#include "fetch/private_folder.h"

#include <cstdlib>
#include <string>

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
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
}

}  // namespace hitscope
