// A folder among the temporary ones that only this user can enter, deleted with the object.
#pragma once

#include <filesystem>
#include <utility>

#include "core/error.h"

namespace hitscope {

class PrivateFolder {
 public:
  // Errors: busy.
  [[nodiscard]] static Result<PrivateFolder> make();

  PrivateFolder(PrivateFolder&& other) noexcept
      : path_(std::exchange(other.path_, std::filesystem::path())) {}
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit PrivateFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace hitscope
