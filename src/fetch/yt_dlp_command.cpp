#include "fetch/yt_dlp_command.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "fetch/link.h"

namespace hitscope {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kFound = "hitscope-found ";
constexpr std::string_view kListed = "hitscope-listed ";
constexpr std::string_view kBytes = "hitscope-bytes ";
constexpr std::string_view kError = "ERROR: ";
constexpr std::size_t kMostTextBytes = 1000;

// Text of a stranger: without line ends and control characters, of bounded length, cut between letters.
std::string tidy(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (result.size() >= kMostTextBytes && (byte & 0xC0U) != 0x80U) break;
    result.push_back(byte < 0x20U || byte == 0x7FU ? ' ' : c);
  }
  return result;
}

std::string text_of(const Json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && found->is_string()) return tidy(found->get_ref<const std::string&>());
  }
  return {};
}

// yt-dlp's own remarks for itself, after the address.
std::string without_smuggled(std::string link) {
  const std::size_t at = link.find("#__youtubedl_smuggle");
  if (at != std::string::npos) link.erase(at);
  return link;
}

std::string link_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  std::string link = without_smuggled(found->get<std::string>());
  return is_link(link) ? link : std::string();
}

YtDlpLine found_item(const Json& object) {
  FoundItem item;
  item.title = text_of(object, {"track", "title"});
  item.artist = text_of(object, {"artist", "creator", "uploader", "channel"});
  item.page = link_of(object, "webpage_url");
  item.thumbnail = link_of(object, "thumbnail");
  item.site = text_of(object, {"extractor"});
  if (const auto duration = object.find("duration"); duration != object.end() && duration->is_number()) {
    const auto seconds = duration->get<double>();
    if (std::isfinite(seconds) && seconds > 0) item.duration_s = seconds;
  }
  const auto live = object.find("is_live");
  const std::string status = text_of(object, {"live_status"});
  item.is_live = (live != object.end() && live->is_boolean() && live->get<bool>()) || status == "is_live" ||
                 status == "is_upcoming";
  if (const auto count = object.find("playlist_count");
      count != object.end() && count->is_number_unsigned()) {
    item.playlist_count = count->get<std::size_t>();
  }
  return item;
}

YtDlpLine listed_item(const Json& object) {
  ListedItem item;
  item.link = link_of(object, "url");
  item.title = text_of(object, {"title"});
  item.is_reference = text_of(object, {"_type"}).starts_with("url");
  if (item.link.empty()) item.link = link_of(object, "webpage_url");
  if (item.link.empty()) return {};
  return item;
}

std::optional<std::uint64_t> number_of(std::string_view word) {
  double value = 0;  // estimates come with fractions
  const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
  if (read.ec != std::errc() || !(value >= 0) || value > 1e15) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

// "BYTES TOTAL ESTIMATE", each a number or NA.
YtDlpLine fetched_bytes(std::string_view text) {
  const std::size_t first = text.find(' ');
  if (first == std::string_view::npos) return {};
  const std::size_t second = text.find(' ', first + 1);
  const auto bytes = number_of(text.substr(0, first));
  if (!bytes || second == std::string_view::npos) return {};
  auto total = number_of(text.substr(first + 1, second - first - 1));
  const bool is_estimate = !total;
  if (is_estimate) total = number_of(text.substr(second + 1));
  if (total && *total < *bytes) total.reset();
  return FetchedBytes{*bytes, total, is_estimate};
}

}  // namespace

std::vector<std::string> arguments_of(const YtDlpCommand& command) {
  std::vector<std::string> arguments{
      command.program.string(),
      // Nothing from outside decides what it does.
      "--ignore-config", "--no-plugin-dirs", "--no-remote-components", "--no-update", "--cache-dir", "cache",
      "--default-search", "error", "--ffmpeg-location", "/nonexistent", "--fixup", "never",
      // One item; of a playlist its entries, not looked into.
      "--no-playlist", "--flat-playlist", "--playlist-items", fmt::format("1:{}", kMostPlaylistEntries),
      // Its best audio, as it is.
      "--format", "bestaudio/best", "--output", std::string(kAudioStem) + ".%(ext)s", "--no-part",
      "--no-continue", "--no-mtime", "--retries", "3", "--fragment-retries", "3", "--extractor-retries", "1",
      "--abort-on-unavailable-fragments", "--socket-timeout", "30",
      // Words for us.
      "--newline", "--progress", "--progress-delta", "0.25", "--color", "never", "--print",
      "pre_process:" + std::string(kFound) +
          "%(.{title,track,artist,creator,uploader,channel,duration,is_live,live_status,webpage_url,"
          "thumbnail,"
          "extractor,playlist_count})j",
      "--print", "video:" + std::string(kListed) + "%(.{url,title,_type,webpage_url})j",
      "--progress-template",
      "download:" + std::string(kBytes) +
          "%(progress.downloaded_bytes)s %(progress.total_bytes)s %(progress.total_bytes_estimate)s",
      command.list_only ? "--simulate" : "--no-simulate", "--no-js-runtimes"};
  if (!command.js_runtime.empty()) {
    arguments.emplace_back("--js-runtimes");
    arguments.push_back(fmt::format("{}:{}", command.js_runtime.filename() == "deno" ? "deno" : "node",
                                    command.js_runtime.string()));
  }
  if (command.has_cookies) {
    arguments.emplace_back("--cookies");
    arguments.emplace_back(kCookieFile);
  }
  arguments.emplace_back("--");
  arguments.push_back(command.link);
  return arguments;
}

YtDlpLine parse_yt_dlp_line(std::string_view line) {
  if (line.starts_with(kBytes)) return fetched_bytes(line.substr(kBytes.size()));
  if (line.starts_with(kError)) return SiteError{tidy(line.substr(kError.size()))};
  const bool found = line.starts_with(kFound);
  if (!found && !line.starts_with(kListed)) return {};
  const Json object = Json::parse(line.substr(found ? kFound.size() : kListed.size()), nullptr, false);
  if (!object.is_object()) return {};
  return found ? found_item(object) : listed_item(object);
}

}  // namespace hitscope
