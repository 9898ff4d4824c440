#include "server/multipart.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <cctype>
#include <utility>
#include <vector>

namespace hitscope::server {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kMostPadding = 256;  // blanks after a boundary

tl::unexpected<Error> malformed(std::string detail) {
  return fail(ErrorKind::table_invalid, "The form is malformed.", std::move(detail));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool iequals(std::string_view a, std::string_view b) {
  return beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

// The value of NAME=VALUE or NAME="VALUE" among the parameters after a header's first word. Browsers escape
// a quote as %22; programs as \".
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  std::size_t at = header.find(';');
  while (at < header.size()) {
    ++at;
    const std::size_t equals = header.find('=', at);
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = trimmed(header.substr(at, equals - at));
    std::string value;
    at = equals + 1;
    if (at < header.size() && header[at] == '"') {
      for (++at; at < header.size() && header[at] != '"'; ++at) {
        if (header[at] == '\\' && at + 1 < header.size() && (header[at + 1] == '"' || header[at + 1] == '\\'))
          ++at;
        value += header[at];
      }
      if (at >= header.size()) return std::nullopt;  // never closed
      at = std::min(header.find(';', at), header.size());
    } else {
      const std::size_t end = std::min(header.find(';', at), header.size());
      value = trimmed(header.substr(at, end - at));
      at = end;
    }
    if (iequals(key, name)) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  if (!iequals(type, "multipart/form-data")) return std::nullopt;
  auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70) return std::nullopt;
  return boundary;
}

// The reader starts as if a line had just ended, so that the first boundary is found like the others.
MultipartReader::MultipartReader(std::string_view boundary, FileBytes file, const MultipartLimits& limits)
    : delimiter_("\r\n--" + std::string(boundary)),
      file_(std::move(file)),
      limits_(limits),
      buffer_("\r\n") {}

Result<void> MultipartReader::read(std::span<const char> bytes) {
  buffer_.append(bytes.data(), bytes.size());
  while (true) {
    switch (state_) {
      case State::preamble:
      case State::content: {
        const std::size_t at = buffer_.find(delimiter_);
        // What may be the start of a delimiter stays until more is known.
        const std::size_t sure = at != std::string::npos ? at
                                 : buffer_.size() >= delimiter_.size()
                                     ? buffer_.size() - delimiter_.size() + 1
                                     : 0;
        if (state_ == State::content) {
          if (auto taken = take(std::string_view(buffer_).substr(0, sure)); !taken) return taken;
        }
        if (at == std::string::npos) {
          buffer_.erase(0, sure);
          return {};
        }
        buffer_.erase(0, at + delimiter_.size());
        state_ = State::after_boundary;
        break;
      }
      case State::after_boundary: {
        if (buffer_.size() < 2) return {};
        if (buffer_.starts_with("--")) {
          state_ = State::done;
          break;
        }
        // Limits are of where a line ends, not of how much of it is here: the same wherever a form is cut.
        const std::size_t end = buffer_.find("\r\n");
        if (end == std::string::npos && buffer_.size() <= kMostPadding + 1) return {};
        if (end > kMostPadding || !trimmed(std::string_view(buffer_).substr(0, end)).empty()) {
          return malformed("text after a boundary");
        }
        buffer_.erase(0, end);  // the line feed stays: an empty head is then an empty line
        state_ = State::head;
        break;
      }
      case State::head: {
        const std::size_t end = buffer_.find("\r\n\r\n");
        if (end == std::string::npos && buffer_.size() <= limits_.head_bytes + 3) return {};
        if (end > limits_.head_bytes) return malformed("the head of a part is too long");
        if (auto begun = begin_part(std::string_view(buffer_).substr(0, end)); !begun) return begun;
        buffer_.erase(0, end + 4);
        state_ = State::content;
        break;
      }
      case State::done:
        buffer_.clear();  // an epilogue means nothing
        return {};
    }
  }
}

Result<void> MultipartReader::begin_part(std::string_view head) {
  if (++parts_ > limits_.parts) return malformed("too many parts");
  std::optional<std::string> name;
  std::optional<std::string> file_name;
  while (!head.empty()) {
    if (head.starts_with("\r\n")) head.remove_prefix(2);
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size());
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (!iequals(trimmed(line.substr(0, colon)), "Content-Disposition")) continue;
    name = parameter(line.substr(colon + 1), "name");
    file_name = parameter(line.substr(colon + 1), "filename");
  }
  if (!name || name->empty()) return malformed("a part has no name");
  in_file_ = *name == "file";
  if (in_file_) {
    if (has_file_) return malformed("more than one file: send each on its own");
    has_file_ = true;
    file_name_ = file_name.value_or("");
    return {};
  }
  field_ = std::move(*name);
  if (!fields_.emplace(field_, "").second) return malformed("a field is there twice: " + field_);
  return {};
}

Result<void> MultipartReader::take(std::string_view content) {
  if (content.empty()) return {};
  if (in_file_) return file_(content);
  std::string& value = fields_[field_];
  if (value.size() + content.size() > limits_.field_bytes) return malformed("a field is too long: " + field_);
  value += content;
  return {};
}

Result<void> MultipartReader::end() const {
  if (state_ != State::done) return malformed("it ends before its last boundary");
  return {};
}

}  // namespace hitscope::server
