#include "model/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace hitscope {

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const auto system_failure = [](std::string message) {
    const int number = errno;
    const ErrorKind kind =
        number == ENOENT || number == ENOTDIR ? ErrorKind::not_found : ErrorKind::unreadable;
    return fail(kind, std::move(message), std::generic_category().message(number));
  };
  // O_NONBLOCK: opening a pipe by mistake must not wait for its writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return system_failure("The file cannot be opened.");
  struct Closer {
    int descriptor;
    ~Closer() { ::close(descriptor); }
  } const closer{descriptor};

  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return system_failure("The file cannot be examined.");
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::unreadable, "This is not a regular file.");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile({});  // nothing to map, and mmap refuses to
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
  if (address == MAP_FAILED) return system_failure("The file cannot be mapped into memory.");
  return MappedFile({static_cast<const std::byte*>(address), size});
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace hitscope
