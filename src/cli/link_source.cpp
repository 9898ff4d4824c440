#include "cli/link_source.h"

#include <utility>

#include "fetch/private_folder.h"

namespace hitscope::cli {
Result<Fetcher*> LinkSource::fetcher() {
  const std::scoped_lock lock(mutex_);
  if (refusal_) return tl::unexpected(*refusal_);
  if (fetcher_) return fetcher_.get();
  auto options = fetcher_options(settings_);
  auto made = options ? Fetcher::make(std::move(*options))
                      : Result<std::unique_ptr<Fetcher>>(tl::unexpected(options.error()));
  if (!made) {
    refusal_ = made.error();
    return tl::unexpected(*refusal_);
  }
  fetcher_ = std::move(*made);
  return fetcher_.get();
}

Result<OpenLink> LinkSource::open(const std::string& link,
                                  const std::function<void(const FetchProgress&)>& on_progress,
                                  const std::atomic<bool>& cancelled) {
  const auto with = fetcher();
  if (!with) return tl::unexpected(with.error());
  const auto folder = PrivateFolder::make();
  if (!folder) return tl::unexpected(folder.error());
  auto fetched = (*with)->fetch(link, folder->path(), on_progress, cancelled);
  if (!fetched) return tl::unexpected(fetched.error());
  if (const auto* playlist = std::get_if<Playlist>(&*fetched)) {
    Error error = playlist_error(*playlist);
    error.detail += "; --playlist takes them all";
    return tl::unexpected(std::move(error));
  }
  auto& track = std::get<FetchedTrack>(*fetched);
  auto source = open_file(track.file);
  if (!source) return tl::unexpected(source.error());
  return OpenLink{std::move(*source), std::move(track)};
}

Result<std::vector<std::string>> LinkSource::entries(const std::string& link,
                                                     const std::atomic<bool>& cancelled) {
  const auto with = fetcher();
  if (!with) return tl::unexpected(with.error());
  const auto folder = PrivateFolder::make();
  if (!folder) return tl::unexpected(folder.error());
  const auto playlist = (*with)->list(link, folder->path(), cancelled);
  if (!playlist) return tl::unexpected(playlist.error());
  std::vector<std::string> links;
  for (const Playlist::Entry& entry : playlist->entries) links.push_back(entry.link);
  if (links.size() < 2) links = {link};
  return links;
}

}  // namespace hitscope::cli
