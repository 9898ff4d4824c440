// From a link to a file on this disk: yt-dlp, confined (egress/confined_process.h), behind the guard
// (egress/guard.h).
//
// What a link leads to may be hostile in every way: the child reads nothing of ours but its own folder,
// reaches nothing but the guard, and is given bounded time, bytes and space; the file it leaves is as
// untrusted as an upload, and goes the same way. A playlist is not fetched, its entries are listed; one with
// a single entry is that entry.
//
// Safe to use from many threads at once; fetch() blocks. Linux only.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "egress/guard.h"
#include "fetch/cookies.h"
#include "fetch/tools.h"

namespace hitscope {

struct FetchLimits {  // 0: no limit
  double wall_s = 300;
  double audio_s = 2 * 3600.0;  // where the site says how long it is
  std::uint64_t bytes = std::uint64_t{512} << 20U;
};

struct FetcherOptions {
  egress::GuardOptions guard;  // with the policy; its default is off
  std::string yt_dlp;          // empty: the usual places (tools.h)
  std::string js_runtime;      // the same
  Cookies cookies;
  FetchLimits limits;
};

struct FetchProgress {
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> total;
};

struct FetchedTrack {
  std::filesystem::path file;  // in the folder that was given
  std::string title;           // these may be empty
  std::string artist;
  std::string page;       // the address for people
  std::string thumbnail;  // an address
  std::string site;       // "youtube", "generic", ...
};

struct Playlist {
  struct Entry {
    std::string link;
    std::string title;
  };
  std::vector<Entry> entries;  // at most kMostPlaylistEntries; at least two where it comes from fetch()
};

class Fetcher {
 public:
  // Nothing is started yet but the guard. Errors: url_blocked (an option that cannot be understood, no
  // yt-dlp), internal.
  [[nodiscard]] static Result<std::unique_ptr<Fetcher>> make(FetcherOptions options);

  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  ~Fetcher();

  // `folder`: an empty one of its own, which the caller removes. `on_progress` is called a few times a
  // second. Setting `cancelled` ends it within 0.2 s, with all processes. Errors: url_blocked (policy),
  // url_unreachable, url_needs_login, timeout, too_large, too_long, unsupported_format (no audio there),
  // interrupted, busy (no room on the disk), internal.
  using Fetched = std::variant<FetchedTrack, Playlist>;
  [[nodiscard]] Result<Fetched> fetch(const std::string& link, const std::filesystem::path& folder,
                                      const std::function<void(const FetchProgress&)>& on_progress,
                                      const std::atomic<bool>& cancelled);

  // The entries of a playlist without fetching any; none or one where the link names a single track. Errors:
  // as above.
  [[nodiscard]] Result<Playlist> list(const std::string& link, const std::filesystem::path& folder,
                                      const std::atomic<bool>& cancelled);

  // "2026.10.26", as it says of itself, from where fetch() would run it; takes about a second. `folder`: as
  // above. Errors: url_blocked (it does not run: its words).
  [[nodiscard]] Result<std::string> yt_dlp_version(const std::filesystem::path& folder) const;

  [[nodiscard]] const FetchTools& tools() const { return tools_; }

 private:
  struct Look;
  [[nodiscard]] Result<Look> look(const std::string& link, bool list_only,
                                  const std::filesystem::path& folder,
                                  const std::function<void(const FetchProgress&)>& on_progress,
                                  const std::atomic<bool>& cancelled);

  Fetcher(FetcherOptions options, FetchTools tools, std::unique_ptr<egress::Guard> guard);

  FetcherOptions options_;
  FetchTools tools_;
  std::unique_ptr<egress::Guard> guard_;
};

// What the answer to a link that names a playlist is, where there is nobody to choose from it.
[[nodiscard]] Error playlist_error(const Playlist& playlist);

}  // namespace hitscope
