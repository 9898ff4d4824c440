// Links among the inputs of a batch: fetched to a folder of their own, deleted as soon as they are open.
// Safe to use from many threads; what fetching needs is looked for at the first link.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "audio/byte_source.h"
#include "core/error.h"
#include "fetch/fetcher.h"
#include "fetch/settings.h"

namespace hitscope::cli {

struct OpenLink {
  std::unique_ptr<ByteSource> source;
  FetchedTrack track;  // its file is gone
};

class LinkSource {
 public:
  explicit LinkSource(FetchSettings settings) : settings_(std::move(settings)) {}

  // Errors: those of Fetcher::make, Fetcher::fetch and open_file; url_playlist.
  [[nodiscard]] Result<OpenLink> open(const std::string& link,
                                      const std::function<void(const FetchProgress&)>& on_progress,
                                      const std::atomic<bool>& cancelled);

  // The entries of a playlist; the link itself where it is none. Errors: as above.
  [[nodiscard]] Result<std::vector<std::string>> entries(const std::string& link,
                                                         const std::atomic<bool>& cancelled);

 private:
  [[nodiscard]] Result<Fetcher*> fetcher();

  const FetchSettings settings_;
  std::mutex mutex_;
  std::unique_ptr<Fetcher> fetcher_;
  std::optional<Error> refusal_;
};

}  // namespace hitscope::cli
