// An upload on its way from the wire to the queue: the form is read as it comes, its file goes to the spool
// and through SHA-256; when all is there the analysis is recorded and queued, or answered from the history.
// What was accepted survives a kill: the bytes are on disk and the record in the store before anyone is told.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "server/http.h"
#include "server/multipart.h"
#include "server/services.h"

namespace hitscope::server {

struct Upload {
  std::string id;
  std::string owner;
  std::map<std::string, std::string> fields;  // of the form, besides the file
  bool done = false;                          // answered from the history
};

// Called on a thread that may block, when the upload is recorded.
using UploadAccepted = std::function<void(Reply, Upload)>;
// Looks at the form before anything is recorded; an error in words refuses it.
using FormCheck = std::function<std::optional<std::string>(const MultipartReader&)>;

// In place of a file, where the check lets it pass: a link to be fetched.
inline constexpr const char* kLinkField = "youtube_url";

[[nodiscard]] SinkMaker upload_sink(const Services& services, FormCheck check, UploadAccepted accepted);

}  // namespace hitscope::server
