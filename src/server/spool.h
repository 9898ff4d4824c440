// The folder where uploads wait for their turn. Files are called by the id of their analysis, never by a name
// from outside; only this program's user may read them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>

#include "core/error.h"
#include "report/sha256.h"

namespace hitscope::server {

// An upload on its way in. Deleted with the object unless kept.
class SpoolFile {
 public:
  SpoolFile(std::filesystem::path path, int descriptor, std::uint64_t max_bytes);
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;
  ~SpoolFile();

  // Errors: too_large, busy (the disk is full), internal.
  [[nodiscard]] Result<void> write(std::span<const char> bytes);
  // Makes sure that the bytes are on disk. Errors: busy, internal.
  [[nodiscard]] Result<void> sync() const;
  [[nodiscard]] std::string sha256();  // once
  void keep() { kept_ = true; }

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::filesystem::path path_;
  int descriptor_;
  std::uint64_t max_bytes_;
  std::uint64_t bytes_ = 0;
  Sha256 sha_;
  bool kept_ = false;
};

class Spool {
 public:
  // Makes the folder (mode 0700). Errors: unreadable.
  [[nodiscard]] static Result<Spool> open(const std::filesystem::path& folder);

  // `name`: an id of ours. Errors: busy, internal.
  [[nodiscard]] Result<std::unique_ptr<SpoolFile>> create(const std::string& name,
                                                          std::uint64_t max_bytes) const;
  [[nodiscard]] std::filesystem::path path(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;
  void remove(const std::string& name) const;  // nothing happens where it is gone
  // Deletes what no analysis needs: uploads that a kill cut off.
  void remove_all_but(const std::unordered_set<std::string>& names) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace hitscope::server
