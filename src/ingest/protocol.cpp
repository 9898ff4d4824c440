#include "ingest/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/base64.h"
#include "report/json_layout.h"
#include "report/plain_text.h"

namespace hitscope {
namespace {

// Reports have five levels; writing JSON is recursive, so what a stranger nests deeper is not even parsed.
constexpr int kMaxDepth = 16;

bool nests_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kMaxDepth) return true;
  }
  return false;
}

// nullopt unless it is one JSON object in well-formed UTF-8.
std::optional<OrderedJson> parse_object(std::string_view line) {
  if (nests_too_deep(line)) return std::nullopt;
  OrderedJson json = OrderedJson::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

const OrderedJson* find(const OrderedJson& object, std::string_view key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> text_at(const OrderedJson& object, std::string_view key) {
  const OrderedJson* const value = find(object, key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return value->get<std::string>();
}

std::optional<double> number_at(const OrderedJson& object, std::string_view key) {
  const OrderedJson* const value = find(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto number = value->get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

// Reads the members of a request; the first that is wrong is remembered.
class RequestReader {
 public:
  explicit RequestReader(const OrderedJson& json) : json_(json) {}

  void read(std::string_view key, bool& target) {
    const OrderedJson* const value = find(json_, key);
    if (value == nullptr) return;
    if (!value->is_boolean()) return complain(fmt::format("\"{}\" must be true or false.", key));
    target = value->get<bool>();
  }
  void read(std::string_view key, double& target) {
    if (find(json_, key) == nullptr) return;
    const std::optional<double> number = number_at(json_, key);
    if (!number || *number <= 0) return complain(fmt::format("\"{}\" must be a number above zero.", key));
    target = *number;
  }
  void read(std::string_view key, std::string& target) {
    if (find(json_, key) == nullptr) return;
    auto text = text_at(json_, key);
    if (!text) return complain(fmt::format("\"{}\" must be a text.", key));
    target = std::move(*text);
  }

  void complain(std::string message) {
    if (!error_) error_ = Error{ErrorKind::internal, std::move(message), {}};
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const OrderedJson& json_;
  std::optional<Error> error_;
};

std::string read_path(RequestReader& reader) {
  std::string path;
  std::string encoded;
  reader.read("path", path);
  reader.read("path_base64", encoded);
  if (!encoded.empty()) {
    const auto bytes = from_base64(encoded);
    if (!bytes) reader.complain("\"path_base64\" is not base64.");
    path.clear();
    for (const std::byte byte : bytes.value_or(std::vector<std::byte>())) {
      path += std::to_integer<char>(byte);
    }
  }
  if (path.empty()) reader.complain("The request names no file: \"path\" is missing.");
  if (path.find('\0') != std::string::npos) reader.complain("A path cannot hold a NUL.");
  return path;
}

tl::unexpected<Error> nonsense(std::string detail) {
  return fail(ErrorKind::internal, "The decoder's answer makes no sense.", std::move(detail));
}

// Only the outer form: what is inside was written by our own code or by an attacker who could have put any
// number there.
bool is_report(const OrderedJson& json) {
  constexpr std::array<std::string_view, 5> kObjects{"source", "audio", "features", "estimates", "engine"};
  const bool objects = std::ranges::all_of(kObjects, [&](std::string_view key) {
    const OrderedJson* const value = find(json, key);
    return value != nullptr && value->is_object();
  });
  const auto verdict = json.find("verdict");
  return objects && json.contains("path") && verdict != json.end() &&
         (verdict->is_null() || verdict->is_object());
}

}  // namespace

std::optional<ErrorKind> kind_named(std::string_view type) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    const auto kind = static_cast<ErrorKind>(i);
    if (type_name(kind) == type) return kind;
  }
  return std::nullopt;
}

OrderedJson error_json(const Error& error) {
  return {{"type", type_name(error.kind)},
          {"title", error.message},
          {"detail", error.detail.empty() ? OrderedJson() : OrderedJson(error.detail)}};
}

std::optional<Error> parse_error(const OrderedJson& json) {
  if (!json.is_object()) return std::nullopt;
  const std::optional<ErrorKind> kind = kind_named(text_at(json, "type").value_or(""));
  std::optional<std::string> title = text_at(json, "title");
  if (!kind || !title) return std::nullopt;
  return Error{*kind, std::move(*title), text_at(json, "detail").value_or("")};
}

tl::expected<WorkerRequest, BadRequest> parse_request(std::string_view line) {
  const std::optional<OrderedJson> json = parse_object(line);
  if (!json) {
    return tl::unexpected(BadRequest{
        std::nullopt, {ErrorKind::internal, "The request is not a JSON object in UTF-8 on one line.", {}}});
  }
  WorkerRequest request;
  RequestReader reader(*json);
  const std::optional<std::string> id = text_at(*json, "id");
  if (!id) reader.complain("The request has no \"id\", or one that is no text.");
  request.id = id.value_or("");
  request.file = read_path(reader);
  request.name = well_formed_utf8(request.file.native());
  reader.read("name", request.name);
  reader.read("explain", request.explain);
  reader.read("frames", request.frames);
  reader.read("true_peak", request.true_peak);
  reader.read("timeout_s", request.timeout_s);
  reader.read("max_seconds", request.max_audio_s);
  if (reader.error()) return tl::unexpected(BadRequest{id, *reader.error()});
  return request;
}

std::string request_line(const WorkRequest& request) {
  const std::string& path = request.file.native();
  const bool is_text = well_formed_utf8(path) == path;
  OrderedJson json = {{"id", request.id}};
  if (is_text) {
    json["path"] = path;
  } else {
    json["path_base64"] = to_base64(std::as_bytes(std::span(path)));
  }
  if (!request.name.empty()) json["name"] = request.name;
  json["explain"] = request.explain;
  json["frames"] = request.frames;
  json["true_peak"] = request.true_peak;
  return to_line(json);
}

Result<DecoderWord> parse_decoder_word(std::string_view line) {
  std::optional<OrderedJson> json = parse_object(line);
  if (!json) return nonsense("not a JSON object");
  const std::string event = text_at(*json, "event").value_or("");
  DecoderWord word;
  if (event == "sealed") {
    word.what = DecoderWord::What::sealed;
  } else if (event == "measuring") {
    word.what = DecoderWord::What::measuring;
    word.done_s = number_at(*json, "done_s").value_or(0);
    word.known_s = number_at(*json, "known_s");
  } else if (event == "voting") {
    word.what = DecoderWord::What::voting;
  } else if (event == "done") {
    word.what = DecoderWord::What::done;
    const auto report = json->find("report");
    if (report == json->end() || !report->is_object() || !is_report(*report)) return nonsense("no report");
    const double frames_bytes = number_at(*json, "frames_bytes").value_or(-1);
    if (frames_bytes < 0 || frames_bytes > static_cast<double>(kMaxFramesBytes)) {
      return nonsense("a size of frames that cannot be");
    }
    word.frames_bytes = static_cast<std::size_t>(frames_bytes);
    word.report = std::move(*report);
  } else if (event == "failed") {
    word.what = DecoderWord::What::failed;
    const OrderedJson* const error = find(*json, "error");
    std::optional<Error> parsed = error != nullptr ? parse_error(*error) : std::nullopt;
    if (!parsed) return nonsense("an error of no known type");
    word.error = std::move(*parsed);
  } else {
    return nonsense("no known event");
  }
  return word;
}

std::string to_line(const OrderedJson& json) {
  return compact_json(json) + '\n';
}

}  // namespace hitscope
