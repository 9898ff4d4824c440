#include "fetch/fetcher.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "core/descriptor.h"
#include "egress/confined_process.h"
#include "fetch/link.h"
#include "fetch/site_error.h"
#include "fetch/yt_dlp_command.h"

namespace hitscope {
namespace {

namespace fs = std::filesystem;

// A secret: nobody but this user may ever have been able to read it.
Result<void> write_cookies(const fs::path& file, const std::string& text) {
  const Descriptor descriptor(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!descriptor) return fail(ErrorKind::internal, "The cookies could not be lent.", "no file for them");
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = write(descriptor.number(), text.data() + done, text.size() - done);
    if (written < 0) return fail(ErrorKind::busy, "The cookies could not be lent.", "no room for their file");
    done += static_cast<std::size_t>(written);
  }
  return {};
}

// One run of yt-dlp, as it unfolds.
class Run {
 public:
  Run(const FetchLimits& limits, const std::function<void(const FetchProgress&)>& on_progress)
      : limits_(limits), on_progress_(on_progress) {}

  void read(std::string_view line) {
    std::visit([this](auto&& word) { take(std::forward<decltype(word)>(word)); }, parse_yt_dlp_line(line));
  }

  // Something was said that makes going on pointless.
  [[nodiscard]] const std::optional<Error>& refused() const { return refused_; }
  // An entry of a playlist is about to be fetched: the list is what is wanted.
  [[nodiscard]] bool found_playlist() const { return found_.playlist_count > 1; }
  [[nodiscard]] const FoundItem& found() const { return found_; }
  [[nodiscard]] const std::vector<ListedItem>& listed() const { return listed_; }
  [[nodiscard]] const std::string& site_error() const { return site_error_; }

 private:
  void take(std::monostate /*nothing*/) {}
  void take(FoundItem item) {
    if (item.is_live && item.playlist_count < 2) {
      refused_ =
          Error{ErrorKind::url_unreachable, "It is live or has not begun. Try again when it is over.", {}};
    } else if (limits_.audio_s > 0 && item.duration_s.value_or(0) > limits_.audio_s &&
               item.playlist_count < 2) {
      refused_ = Error{ErrorKind::too_long, "It is longer than the limit.",
                       fmt::format("{:.0f} s of at most {:.0f}", *item.duration_s, limits_.audio_s)};
    }
    if (found_.title.empty() && found_.page.empty()) found_ = std::move(item);
  }
  void take(ListedItem item) {
    if (listed_.size() < kMostPlaylistEntries) listed_.push_back(std::move(item));
  }
  void take(FetchedBytes now) {
    const std::uint64_t bytes = std::max(now.bytes, now.is_estimate ? 0 : now.total.value_or(0));
    if (limits_.bytes > 0 && bytes > limits_.bytes) {
      refused_ = Error{ErrorKind::too_large, "It is larger than the limit.",
                       fmt::format("{} bytes of at most {}", bytes, limits_.bytes)};
    }
    on_progress_({now.bytes, now.total});
  }
  void take(SiteError error) {
    // The first is the cause, those after it its consequences.
    if (site_error_.empty()) site_error_ = std::move(error.text);
  }

  const FetchLimits& limits_;
  const std::function<void(const FetchProgress&)>& on_progress_;
  FoundItem found_;
  std::vector<ListedItem> listed_;
  std::string site_error_;
  std::optional<Error> refused_;
};

// The one file that yt-dlp wrote; empty without.
fs::path audio_in(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    struct stat status {};
    if (entry.path().stem() == kAudioStem && lstat(entry.path().c_str(), &status) == 0 &&
        S_ISREG(status.st_mode) && status.st_size > 0) {
      return entry.path();
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Fetcher>> Fetcher::make(FetcherOptions options) {
  auto tools = find_fetch_tools(options.yt_dlp, options.js_runtime);
  if (!tools) return tl::unexpected(tools.error());
  if (auto confined = egress::confinement_available(); !confined) {
    return fail(ErrorKind::url_blocked, "Fetching is not possible here: yt-dlp cannot be confined.",
                confined.error().detail.empty() ? confined.error().message : confined.error().detail);
  }
  auto guard = egress::Guard::start(options.guard);
  if (!guard) return tl::unexpected(guard.error());
  return std::unique_ptr<Fetcher>(new Fetcher(std::move(options), std::move(*tools), std::move(*guard)));
}

Fetcher::Fetcher(FetcherOptions options, FetchTools tools, std::unique_ptr<egress::Guard> guard)
    : options_(std::move(options)), tools_(std::move(tools)), guard_(std::move(guard)) {}

Fetcher::~Fetcher() = default;

// What one run of yt-dlp brought to light, without an error.
struct Fetcher::Look {
  FoundItem found;
  std::vector<ListedItem> listed;
  bool is_playlist = false;  // ended for that reason, before anything was fetched
  fs::path file;             // empty: none
};

Result<Fetcher::Look> Fetcher::look(const std::string& link, bool list_only, const fs::path& folder,
                                    const std::function<void(const FetchProgress&)>& on_progress,
                                    const std::atomic<bool>& cancelled) {
  if (!is_link(link)) return fail(ErrorKind::url_blocked, "Only http and https addresses are fetched.");
  if (options_.guard.policy.mode() == egress::PolicyMode::off) {
    return fail(ErrorKind::url_blocked, "Fetching is switched off here.",
                "download the file and give it instead");
  }
  std::error_code error;
  for (const auto& left : fs::directory_iterator(folder, error)) fs::remove_all(left.path(), error);
  const YtDlpCommand command{.program = tools_.yt_dlp,
                             .js_runtime = tools_.js_runtime,
                             .link = link,
                             .has_cookies = options_.cookies.count > 0,
                             .list_only = list_only};
  if (command.has_cookies) {
    if (auto lent = write_cookies(folder / kCookieFile, options_.cookies.text); !lent)
      return tl::unexpected(lent.error());
  }
  egress::TicketLimits most;
  most.max_bytes = options_.limits.bytes + options_.limits.bytes / 4;  // pages and playlists besides
  const egress::Ticket ticket = guard_->open(most);
  const std::string proxy = ticket.proxy_url();
  const std::string home = fs::absolute(folder, error).string();
  egress::ConfinedCommand confined;
  confined.arguments = arguments_of(command);
  confined.environment = {
      "PATH=/usr/bin:/bin",  "LANG=C.UTF-8",         "HOME=" + home,       "TMPDIR=" + home,
      "http_proxy=" + proxy, "https_proxy=" + proxy, "all_proxy=" + proxy, "PYTHONDONTWRITEBYTECODE=1"};
  confined.folder = home;
  confined.readable = tools_.readable;
  confined.guard_port = guard_->port();
  confined.limits.wall_s = options_.limits.wall_s;
  confined.limits.file_bytes = options_.limits.bytes;
  auto process = egress::ConfinedProcess::start(confined);
  if (!process) return tl::unexpected(process.error());

  Run run(options_.limits, on_progress);
  bool stopped = false;
  const auto on_line = [&](egress::OutputStream /*stream*/, std::string_view line) {
    run.read(line);
    if (stopped || (!run.refused() && (list_only || !run.found_playlist()))) return;
    stopped = true;
    kill(-process->pid(), SIGKILL);  // wait() does the rest
  };
  const auto end = process->wait(on_line, cancelled);
  if (cancelled) return fail(ErrorKind::interrupted, "Fetching was stopped.");
  if (run.refused()) return tl::unexpected(*run.refused());
  if (stopped) return Look{.found = run.found(), .listed = {}, .is_playlist = true, .file = {}};
  if (!end) return tl::unexpected(end.error());
  Look result{.found = run.found(), .listed = run.listed(), .is_playlist = false, .file = audio_in(folder)};
  const bool failed = !run.site_error().empty() || (result.file.empty() && result.listed.empty());
  // The guard knows why a connection failed; yt-dlp only that it did.
  if (const auto refusal = ticket.refusal(); refusal && failed)
    return tl::unexpected(egress::as_error(*refusal));
  if (!run.site_error().empty())
    return tl::unexpected(explain_site_error(run.site_error(), command.has_cookies));
  return result;
}

Result<Fetcher::Fetched> Fetcher::fetch(const std::string& link, const fs::path& folder,
                                        const std::function<void(const FetchProgress&)>& on_progress,
                                        const std::atomic<bool>& cancelled) {
  auto seen = look(link, false, folder, on_progress, cancelled);
  if (!seen) return tl::unexpected(seen.error());
  std::string title;
  if (seen->file.empty()) {
    Playlist playlist;
    if (seen->is_playlist) {
      auto all = list(link, folder, cancelled);
      if (!all) return tl::unexpected(all.error());
      playlist = std::move(*all);
    } else {
      for (const ListedItem& item : seen->listed) playlist.entries.push_back({item.link, item.title});
    }
    if (playlist.entries.size() > 1) return playlist;
    if (!playlist.entries.empty()) {
      title = playlist.entries.front().title;
      seen = look(playlist.entries.front().link, false, folder, on_progress, cancelled);
      if (!seen) return tl::unexpected(seen.error());
    }
  }
  if (seen->file.empty()) {
    return fail(ErrorKind::unsupported_format, "There is no audio that can be found at this address.");
  }
  const FoundItem& found = seen->found;
  return FetchedTrack{
      seen->file, title.empty() ? found.title : title, found.artist, found.page, found.thumbnail, found.site};
}

Result<Playlist> Fetcher::list(const std::string& link, const fs::path& folder,
                               const std::atomic<bool>& cancelled) {
  const auto seen = look(link, true, folder, [](const FetchProgress& /*none*/) {}, cancelled);
  if (!seen) return tl::unexpected(seen.error());
  Playlist playlist;
  for (const ListedItem& item : seen->listed) playlist.entries.push_back({item.link, item.title});
  return playlist;
}

Result<std::string> Fetcher::yt_dlp_version(const fs::path& folder) const {
  egress::ConfinedCommand confined;
  confined.arguments = {tools_.yt_dlp.string(), "--ignore-config", "--no-plugin-dirs", "--version"};
  confined.environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + folder.string()};
  confined.folder = folder;
  confined.readable = tools_.readable;
  confined.guard_port = guard_->port();
  confined.limits.wall_s = 30;
  auto process = egress::ConfinedProcess::start(confined);
  if (!process) return tl::unexpected(process.error());
  std::string first;
  std::string last;
  const auto end = process->wait(
      [&](egress::OutputStream /*stream*/, std::string_view line) {
        if (first.empty()) first = line;
        if (!line.empty()) last = line;
      },
      std::atomic<bool>(false));
  if (!end) return tl::unexpected(end.error());
  if (end->status != 0) return fail(ErrorKind::url_blocked, "yt-dlp does not run here.", last);
  return first;
}

Error playlist_error(const Playlist& playlist) {
  return {ErrorKind::url_playlist, "The address names a playlist, not one track.",
          fmt::format("{} entries", playlist.entries.size())};
}

}  // namespace hitscope
