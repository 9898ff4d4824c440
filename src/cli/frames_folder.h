// Spectral DNA files in one folder: NAME.hdna for a track NAME.ext, NAME-2.hdna for the next of that name.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "core/error.h"
#include "features/spectral_dna.h"

namespace hitscope::cli {

class FramesFolder {
 public:
  explicit FramesFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Makes the folder if need be; overwrites what an earlier run left. Errors: unreadable.
  [[nodiscard]] Result<void> write(const std::string& track_path, const SpectralDna& dna);

 private:
  std::string free_name(const std::string& track_path);

  std::filesystem::path folder_;
  std::set<std::string> taken_;
};

}  // namespace hitscope::cli
