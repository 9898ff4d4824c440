#include "server/link_request.h"

#include <utility>

#include "fetch/link.h"
#include "server/log.h"
#include "server/place.h"
#include "server/visitors.h"

namespace hitscope::server {

Result<std::string> accept_link(const Services& services, const LinkRequest& request) {
  if (services.no_fetching) return tl::unexpected(*services.no_fetching);
  if (!is_link(request.link))
    return fail(ErrorKind::url_blocked, "Only http and https addresses are fetched.");
  const auto place = Place::take(services.jobs, request.owner, Jobs::Of::links);
  if (!place) return fail(ErrorKind::busy, "The queue is full: try again a little later.");
  AnalysisRecord record;
  record.id = random_id();
  record.owner = request.owner;
  record.created_ms = now_ms();
  record.name = request.name.empty() ? request.link : request.name;
  record.source_kind = "url";
  record.source_url = request.link;
  record.spool_file = record.id;
  if (services.options.keep_audio_s > 0) {
    record.keep_audio_until_ms =
        record.created_ms + static_cast<std::int64_t>(services.options.keep_audio_s * 1000);
  }
  if (const auto added = services.store.add(record); !added) {
    log_event(LogLevel::error, "store",
              {{"problem", added.error().message}, {"detail", added.error().detail}});
    return fail(ErrorKind::internal, "The analysis could not be recorded.");
  }
  services.metrics.accepted();
  services.jobs.submit({.id = record.id,
                        .owner = record.owner,
                        .name = request.name,
                        .spool_file = record.spool_file,
                        .link = request.link,
                        .keep_audio = record.keep_audio_until_ms.has_value()});
  return record.id;
}

}  // namespace hitscope::server
