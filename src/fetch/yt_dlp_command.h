// How yt-dlp is started, and what it says: its command line, narrow on purpose, and the lines that come back.
//
// Told not to read configuration, plugins or anything from its user's home, not to run ffmpeg or any other
// program but the JavaScript runtime (which runs a site's player code; yt-dlp lets it touch nothing), not to
// load parts of itself from the net; one item, its best audio as the site has it, into the folder it is
// started in. The address comes after "--" and cannot be taken for an option.
//
// Every line that is meant for us begins with a word of ours, the rest of it is JSON or numbers; all other
// lines are words for people, of which the last ERROR is kept. Titles and errors come from strangers.
//
// Source: yt-dlp's README of 2026.10.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hitscope {

struct YtDlpCommand {
  std::filesystem::path program;
  std::filesystem::path js_runtime;  // of Node or Deno; empty: none
  std::string link;
  bool has_cookies = false;  // in kCookieFile of its folder
  bool list_only = false;    // say what there is, fetch nothing
};

inline constexpr std::string_view kCookieFile = "cookies.txt";
inline constexpr std::string_view kAudioStem = "audio";   // of the file that it writes
inline constexpr std::size_t kMostPlaylistEntries = 200;  // more are not listed

[[nodiscard]] std::vector<std::string> arguments_of(const YtDlpCommand& command);

// What a link turned out to be, said before anything is fetched; once for each entry of a playlist.
struct FoundItem {
  std::string title;
  std::string artist;  // or who uploaded it
  std::string page;    // its address for people
  std::string thumbnail;
  std::string site;  // yt-dlp's name of it
  std::optional<double> duration_s;
  bool is_live = false;
  std::size_t playlist_count = 0;  // of the playlist it is in; 0: in none
};
// An entry of a list, or what is now going to be fetched.
struct ListedItem {
  std::string link;
  std::string title;
  bool is_reference = false;  // has to be looked at first: nothing is fetched for it
};
struct FetchedBytes {
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> total;
  bool is_estimate = false;  // of the total
};
struct SiteError {
  std::string text;  // without "ERROR: "
};
using YtDlpLine = std::variant<std::monostate, FoundItem, ListedItem, FetchedBytes, SiteError>;

// monostate for everything that tells nothing, broken lines among it.
[[nodiscard]] YtDlpLine parse_yt_dlp_line(std::string_view line);

}  // namespace hitscope
