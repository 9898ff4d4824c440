#include "server/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace hitscope::server {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> cannot_store(int error) {
  if (error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE) {
    return fail(ErrorKind::busy, "There is no room for the upload now: try again later.",
                std::strerror(error));
  }
  return fail(ErrorKind::internal, "The upload cannot be stored.", std::strerror(error));
}

}  // namespace

SpoolFile::SpoolFile(fs::path path, int descriptor, std::uint64_t max_bytes)
    : path_(std::move(path)), descriptor_(descriptor), max_bytes_(max_bytes) {}

SpoolFile::~SpoolFile() {
  close(descriptor_);
  if (!kept_) unlink(path_.c_str());
}

Result<void> SpoolFile::write(std::span<const char> bytes) {
  if (bytes.size() > max_bytes_ - bytes_) {
    return fail(ErrorKind::too_large, "The file is larger than is taken here.",
                fmt::format("at most {} bytes", max_bytes_));
  }
  sha_.update(std::as_bytes(bytes));
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_store(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> SpoolFile::sync() const {
  if (fdatasync(descriptor_) != 0) return cannot_store(errno);
  return {};
}

std::string SpoolFile::sha256() {
  return sha_.hex();
}

Result<Spool> Spool::open(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error || access(folder.c_str(), W_OK) != 0) {
    return fail(ErrorKind::unreadable, "The folder for uploads cannot be written to.", folder.string());
  }
  Spool spool;
  spool.folder_ = folder;
  return spool;
}

Result<std::unique_ptr<SpoolFile>> Spool::create(const std::string& name, std::uint64_t max_bytes) const {
  const fs::path file = path(name);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return cannot_store(errno);
  return std::make_unique<SpoolFile>(file, descriptor, max_bytes);
}

fs::path Spool::path(const std::string& name) const {
  return folder_ / name;
}

bool Spool::has(const std::string& name) const {
  std::error_code error;
  return !name.empty() && fs::is_regular_file(path(name), error);
}

void Spool::remove(const std::string& name) const {
  if (!name.empty()) unlink(path(name).c_str());
}

void Spool::remove_all_but(const std::unordered_set<std::string>& names) const {
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (!names.contains(entry->path().filename().string())) unlink(entry->path().c_str());
  }
}

}  // namespace hitscope::server
