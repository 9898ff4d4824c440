// The lines that a worker reads and writes (docs/worker.md), and those that its decoder says to it.
//
// Lines of requests come from whoever started the worker: they may be wrong, and get an answer that says so.
// Lines of the decoder may have been written by an attacker who has taken it over: they are taken apart,
// every part is checked, and only what was understood is written anew. No text that ends up in a line can
// break it, since JSON escapes line feeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "ingest/worker_process.h"

namespace hitscope {

// Of a request, without the line feed.
inline constexpr std::size_t kMaxRequestBytes = std::size_t{64} << 10U;
// Of what a decoder says in one line: a report has some 10 kB.
inline constexpr std::size_t kMaxReportBytes = std::size_t{1} << 20U;
// Spectral DNA of eight hours; what is longer cannot be handed over.
inline constexpr std::size_t kMaxFramesBytes = std::size_t{48} << 20U;
// Of what a worker says in one line: both of the above, the report's numbers written out (1e9 becomes
// 1000000000.0) and the frames as base64.
inline constexpr std::size_t kMaxAnswerBytes =
    8 * kMaxReportBytes + kMaxFramesBytes / 3 * 4 + kMaxRequestBytes;

using OrderedJson = nlohmann::ordered_json;

// The inverse of type_name.
[[nodiscard]] std::optional<ErrorKind> kind_named(std::string_view type);

// {"type","title","detail"}; detail null where there is none.
[[nodiscard]] OrderedJson error_json(const Error& error);
// nullopt unless it is an object of that form whose type is known.
[[nodiscard]] std::optional<Error> parse_error(const OrderedJson& json);

struct WorkerRequest {
  std::string id;
  std::filesystem::path file;
  std::string name;  // well-formed UTF-8
  bool explain = false;
  bool frames = false;
  bool true_peak = false;
  double timeout_s = 0;    // 0: not stated
  double max_audio_s = 0;  // 0: not stated
};
struct BadRequest {
  std::optional<std::string> id;  // where at least that could be read
  Error error;
};
[[nodiscard]] tl::expected<WorkerRequest, BadRequest> parse_request(std::string_view line);
[[nodiscard]] std::string request_line(const WorkRequest& request);

// What a decoder says. `done` is followed by frames_bytes bytes of Spectral DNA.
struct DecoderWord {
  enum class What { sealed, measuring, voting, done, failed };
  What what = What::voting;
  double done_s = 0;              // measuring
  std::optional<double> known_s;  // measuring
  OrderedJson report;             // done
  std::size_t frames_bytes = 0;   // done
  Error error;                    // failed
};
// Errors: internal (the line makes no sense: what is wrong with it).
[[nodiscard]] Result<DecoderWord> parse_decoder_word(std::string_view line);

// One line, ended.
[[nodiscard]] std::string to_line(const OrderedJson& json);

}  // namespace hitscope
