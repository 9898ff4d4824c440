#include "audio/regular_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace hitscope {

Result<RegularFile> open_regular_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  // Without O_NONBLOCK, opening a pipe nobody writes to would wait for ever.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) {
    const int reason = errno;
    if (reason == ENOENT || reason == ENOTDIR) return fail(ErrorKind::not_found, "There is no such file.");
    return fail(ErrorKind::unreadable, "The file cannot be opened.", std::generic_category().message(reason));
  }
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    return fail(ErrorKind::unreadable, "The file cannot be examined.",
                std::generic_category().message(errno));
  }
  if (S_ISDIR(status.st_mode)) return fail(ErrorKind::unreadable, "It is a folder, not a file.");
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::unreadable, "It is a device, pipe or socket, not a regular file.");
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (max_bytes > 0 && size > max_bytes) {
    return fail(ErrorKind::too_large, fmt::format("It is larger than the {} bytes allowed.", max_bytes));
  }
  return RegularFile{std::move(file), size};
}

}  // namespace hitscope
