// Reads multipart/form-data (RFC 7578, RFC 2046) as it comes in, piece by piece: small fields are kept,
// the one file goes to a sink as it arrives. Memory: one piece and the fields.
//
// Strict where looseness is a hole: two files, two fields of one name, a head that is too long, a body that
// ends before its last boundary are refused, each with its reason.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace hitscope::server {

struct MultipartLimits {
  std::size_t head_bytes = 8 * 1024;   // of one part
  std::size_t field_bytes = 8 * 1024;  // of one field's value
  std::size_t parts = 16;
};

// The boundary of a Content-Type; nothing where it is no multipart/form-data or has none of 1 to 70 bytes.
[[nodiscard]] std::optional<std::string> multipart_boundary(std::string_view content_type);

class MultipartReader {
 public:
  // Takes bytes of the part called `file`. Its error ends the reading and is handed on as it is.
  using FileBytes = std::function<Result<void>(std::span<const char>)>;

  MultipartReader(std::string_view boundary, FileBytes file, const MultipartLimits& limits = {});

  // Errors: table_invalid where this is no well-formed form (the detail says why), and those of the sink.
  [[nodiscard]] Result<void> read(std::span<const char> bytes);
  // After the last byte: errors as above where the form is not complete.
  [[nodiscard]] Result<void> end() const;

  [[nodiscard]] bool has_file() const { return has_file_; }
  [[nodiscard]] const std::string& file_name() const {
    return file_name_;
  }  // as the client calls it: any text
  [[nodiscard]] const std::map<std::string, std::string>& fields() const { return fields_; }

 private:
  enum class State { preamble, after_boundary, head, content, done };

  Result<void> begin_part(std::string_view head);
  Result<void> take(std::string_view content);

  const std::string delimiter_;  // "\r\n--BOUNDARY"
  FileBytes file_;
  const MultipartLimits limits_;
  State state_ = State::preamble;
  std::string buffer_;
  std::size_t parts_ = 0;
  bool in_file_ = false;
  bool has_file_ = false;
  std::string field_;  // the name of the field being read
  std::string file_name_;
  std::map<std::string, std::string> fields_;
};

}  // namespace hitscope::server
