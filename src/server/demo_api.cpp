#include "server/demo_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cctype>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "report/json.h"
#include "server/problem.h"

namespace hitscope::server {
namespace {

namespace fs = std::filesystem;

// "paper-lanterns.flac" -> "Paper Lanterns"
std::string title_of(const fs::path& file) {
  std::string title = file.stem().string();
  bool begins = true;
  for (char& c : title) {
    if (begins) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    begins = c == '-';
    if (begins) c = ' ';
  }
  return title;
}

std::vector<std::string> tracks_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (entry->path().extension() == ".flac") names.push_back(entry->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

fs::path demo_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path beside = program / "demo";
  return fs::is_directory(beside, error) ? beside : program / ".." / "share" / "hitscope" / "demo";
}

void add_demo_routes(Router& router, const Services& services, const fs::path& folder) {
  const auto names = std::make_shared<const std::vector<std::string>>(tracks_in(folder));
  std::string list;
  for (const std::string& name : *names) {
    list += fmt::format(R"({}{{"name": {}, "title": {}, "url": {}}})", list.empty() ? "" : ", ",
                        json_string(name), json_string(title_of(name)), json_string("/demo/" + name));
  }
  Route all;
  all.pattern = "/demo";
  all.quiet = true;
  all.handler = [body = fmt::format(R"({{"tracks": [{}]}})", list)](Reply reply) {
    Response response;
    response.body = body;
    reply(std::move(response));
  };
  router.add(std::move(all));

  Route one;
  one.pattern = "/demo/{name}";
  one.quiet = true;
  one.handler = [services, names, folder](Reply reply) {
    // Only names of the list: none of them leads out of the folder.
    const auto name = std::ranges::find(*names, reply.request().parameters.front());
    if (name == names->end()) {
      return reply(problem(reply.request(), Error{ErrorKind::not_found, "There is no such demo track.", {}}));
    }
    boost::asio::post(services.blocking, [file = folder / *name, reply = std::move(reply)]() mutable {
      std::ifstream stream(file, std::ios::binary);
      Response response;
      response.content_type = "audio/flac";
      response.body.assign(std::istreambuf_iterator<char>(stream), {});
      response.headers.emplace_back("Cache-Control", "public, max-age=86400");
      reply(std::move(response));
    });
  };
  router.add(std::move(one));
}

}  // namespace hitscope::server
