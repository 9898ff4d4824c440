// What works here: the findings behind `doctor`. Nothing is assumed: every decoder is given a file to decode,
// the analysis a tone to measure, the bundle is loaded and asked.
#pragma once

#include <string>
#include <vector>

#include "fetch/settings.h"

namespace hitscope::cli {

struct Finding {
  std::string name;  // "mp3", "analysis", "model", ...
  bool works = false;
  std::string detail;     // what was seen, or what is wrong
  bool is_needed = true;  // by everyone: without it hitscope does not work
};

[[nodiscard]] std::vector<Finding> check_decoders();
[[nodiscard]] Finding check_analysis();
[[nodiscard]] Finding check_model(const std::string& name_or_path);
[[nodiscard]] Finding check_worker_sandbox();
// Whether links can be fetched here, with these settings: yt-dlp, its JavaScript runtime, its confinement.
[[nodiscard]] Finding check_links(const FetchSettings& settings);
// Opens the history as `serve` does (which brings it to the newest schema) and asks it something.
[[nodiscard]] Finding check_database(const std::string& url);

struct LibraryVersion {
  std::string name;
  std::string version;  // of the library that runs, not of the headers it was compiled with
};
[[nodiscard]] std::vector<LibraryVersion> library_versions();

// The processor's instruction sets that matter for speed, best last; empty where they cannot be asked for.
[[nodiscard]] std::vector<std::string> cpu_features();
[[nodiscard]] std::string cpu_architecture();

}  // namespace hitscope::cli
