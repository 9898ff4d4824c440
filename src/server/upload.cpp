#include "server/upload.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/analysis_json.h"
#include "server/link_request.h"
#include "server/log.h"
#include "server/multipart.h"
#include "server/place.h"
#include "server/problem.h"
#include "server/visitors.h"

namespace hitscope::server {
namespace {

constexpr std::size_t kMostFormBytes = 64 * 1024;  // of a form besides its file
constexpr std::size_t kMostNameBytes = 300;

Response refusal_of(const Request& request, const Error& error) {
  if (error.kind == ErrorKind::table_invalid) return problem(request, HttpProblem::bad_request, error.detail);
  return problem(request, error);
}

Response too_large(const Request& request, std::uint64_t most) {
  return problem(request, Error{ErrorKind::too_large, "The file is larger than is taken here.",
                                fmt::format("at most {} bytes", most)});
}

class UploadSink final : public BodySink {
 public:
  UploadSink(const Services& services, const Request& request, std::string_view boundary, FormCheck check,
             UploadAccepted accepted)
      : services_(services),
        request_(request),
        check_(std::move(check)),
        accepted_(std::move(accepted)),
        id_(random_id()),
        form_(boundary, [this](std::span<const char> bytes) { return store(bytes); }) {}

  std::optional<Response> write(std::span<const char> bytes) override {
    // What says no length before may have no end: a preamble means nothing, but it is not free.
    form_bytes_ += bytes.size();
    if (form_bytes_ > services_.options.max_upload_bytes + kMostFormBytes) {
      return too_large(request_, services_.options.max_upload_bytes);
    }
    if (const auto read = form_.read(bytes); !read) return refusal_of(request_, read.error());
    return std::nullopt;
  }

  void finish(Reply reply) override {
    const Request& request = reply.request();
    if (const auto whole = form_.end(); !whole) return reply(refusal_of(request, whole.error()));
    if (check_) {
      if (const auto wrong = check_(form_)) return reply(problem(request, HttpProblem::bad_request, *wrong));
    }
    const auto link = form_.fields().find(kLinkField);
    if (!form_.has_file() && link != form_.fields().end()) return take_link(link->second, std::move(reply));
    if (!form_.has_file()) {
      return reply(problem(request, HttpProblem::bad_request, "The form has no part called \"file\"."));
    }
    if (!file_) {
      return reply(problem(request, Error{ErrorKind::too_short, "The file is empty.", {}}));
    }
    AnalysisRecord record;
    record.id = id_;
    record.owner = request.owner;
    record.created_ms = now_ms();
    record.name = shown_name();
    record.source_kind = "file";
    record.sha256 = file_->sha256();
    record.bytes = static_cast<std::int64_t>(file_->bytes());
    record.spool_file = id_;
    if (services_.options.keep_audio_s > 0) {
      record.keep_audio_until_ms =
          record.created_ms + static_cast<std::int64_t>(services_.options.keep_audio_s * 1000);
    }
    Upload upload{.id = id_, .owner = request.owner, .fields = form_.fields()};
    boost::asio::post(
        services_.blocking,
        [services = services_, file = std::move(file_), record = std::move(record),
         upload = std::move(upload), accepted = std::move(accepted_), reply = std::move(reply)]() mutable {
          accept(services, *file, record, std::move(upload), accepted, std::move(reply));
        });
  }

 private:
  void take_link(const std::string& link, Reply reply) {
    LinkRequest wanted{.owner = reply.request().owner, .link = link, .name = {}};
    boost::asio::post(services_.blocking, [services = services_, wanted = std::move(wanted),
                                           fields = form_.fields(), accepted = std::move(accepted_),
                                           reply = std::move(reply)]() mutable {
      auto id = accept_link(services, wanted);
      if (!id) return reply(problem(reply.request(), id.error()));
      accepted(std::move(reply), {.id = std::move(*id), .owner = wanted.owner, .fields = std::move(fields)});
    });
  }

  Result<void> store(std::span<const char> bytes) {
    if (!file_) {
      auto file = services_.spool.create(id_, services_.options.max_upload_bytes);
      if (!file) return tl::unexpected(file.error());
      file_ = std::move(*file);
    }
    return file_->write(bytes);
  }

  // A form may name the track; else it is called like the file, without the folders some clients send.
  std::string shown_name() const {
    const auto name = form_.fields().find("name");
    if (name != form_.fields().end() && !name->second.empty()) return name->second;
    const std::string& file = form_.file_name();
    std::string base = file.substr(file.find_last_of("/\\") + 1);
    if (base.size() > kMostNameBytes) {
      std::size_t end = kMostNameBytes;
      while (end > 0 && (static_cast<unsigned char>(base[end]) & 0xC0U) == 0x80U)
        --end;  // not within a letter
      base.resize(end);
    }
    return base.empty() ? "untitled" : base;
  }

  static void accept(const Services& services, SpoolFile& file, const AnalysisRecord& record, Upload upload,
                     const UploadAccepted& accepted, Reply reply) {
    const auto store_problem = [&](const Error& error) {
      log_event(LogLevel::error, "store", {{"problem", error.message}, {"detail", error.detail}});
      reply(problem(reply.request(), Error{ErrorKind::internal, "The analysis could not be recorded.", {}}));
    };
    AnalysisRecord known = record;
    known.options = kFromHistory;
    known.finished_ms = now_ms();
    known.spool_file.clear();
    known.keep_audio_until_ms.reset();
    const auto cached = services.store.add_from_cache(known, services.jobs.engine());
    if (!cached) return store_problem(cached.error());
    if (*cached) {
      services.metrics.answered_from_history();
      upload.done = true;
      return accepted(std::move(reply), std::move(upload));
    }
    std::optional<Place> place = Place::take(services.jobs, record.owner);
    if (!place) {
      return reply(problem(reply.request(),
                           Error{ErrorKind::busy, "The queue is full: try again a little later.", {}}));
    }
    if (const auto synced = file.sync(); !synced) return reply(problem(reply.request(), synced.error()));
    if (const auto added = services.store.add(record); !added) return store_problem(added.error());
    file.keep();
    services.metrics.accepted();
    services.jobs.submit({.id = record.id,
                          .owner = record.owner,
                          .name = record.name,
                          .spool_file = record.spool_file,
                          .link = {},
                          .keep_audio = record.keep_audio_until_ms.has_value()});
    place.reset();  // before the answer: who has it may send the next
    accepted(std::move(reply), std::move(upload));
  }

  const Services services_;
  const Request& request_;
  FormCheck check_;
  UploadAccepted accepted_;
  const std::string id_;
  std::unique_ptr<SpoolFile> file_;
  MultipartReader form_;
  std::uint64_t form_bytes_ = 0;
};

}  // namespace

SinkMaker upload_sink(const Services& services, FormCheck check, UploadAccepted accepted) {
  return [services, check = std::move(check), accepted = std::move(accepted)](const Request& request) {
    const auto boundary = multipart_boundary(request.content_type);
    if (!boundary) {
      return SinkOrRefusal{nullptr, problem(request, HttpProblem::unsupported_media_type,
                                            "send multipart/form-data with a part called \"file\"")};
    }
    const std::uint64_t most = services.options.max_upload_bytes;
    if (request.content_length.value_or(0) > most + kMostFormBytes) {
      return SinkOrRefusal{nullptr, too_large(request, most)};
    }
    if (!services.jobs.has_room(request.owner)) {
      return SinkOrRefusal{
          nullptr,
          problem(request, Error{ErrorKind::busy, "The queue is full: try again a little later.", {}})};
    }
    return SinkOrRefusal{std::make_unique<UploadSink>(services, request, *boundary, check, accepted), {}};
  };
}

}  // namespace hitscope::server
