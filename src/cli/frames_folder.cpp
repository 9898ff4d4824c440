#include "cli/frames_folder.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>
#include <vector>

namespace hitscope::cli {

std::string FramesFolder::free_name(const std::string& track_path) {
  const std::string stem = track_path == "-" ? "stdin" : std::filesystem::path(track_path).stem().string();
  std::string name = stem;
  for (int number = 2; !taken_.insert(name).second; ++number) name = fmt::format("{}-{}", stem, number);
  return name + ".hdna";
}

Result<void> FramesFolder::write(const std::string& track_path, const SpectralDna& dna) {
  std::error_code problem;
  std::filesystem::create_directories(folder_, problem);
  const std::filesystem::path path = folder_ / free_name(track_path);
  const std::vector<std::byte> bytes = encode_dna(dna);
  std::ofstream file(path, std::ios::binary);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): streams speak char
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush())
    return fail(ErrorKind::unreadable, fmt::format("The frames file {} cannot be written.", path.string()));
  return {};
}

}  // namespace hitscope::cli
