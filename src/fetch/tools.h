// The programs that fetching needs: yt-dlp, the Python it runs on, and a JavaScript runtime for the sites
// whose player has to be asked (YouTube above all).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"

namespace hitscope {

struct FetchTools {
  std::filesystem::path yt_dlp;
  std::filesystem::path js_runtime;             // empty: none
  std::vector<std::filesystem::path> readable;  // folders that they need to read
};

// `yt_dlp`, `js_runtime`: a path, or empty for the usual places: what script/bootstrap installs beside this
// program, what the container holds in /opt/yt-dlp, then PATH. Errors: url_blocked (no yt-dlp: how to get
// it).
[[nodiscard]] Result<FetchTools> find_fetch_tools(const std::string& yt_dlp, const std::string& js_runtime);

}  // namespace hitscope
