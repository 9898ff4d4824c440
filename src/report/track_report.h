// One track's way from bytes to a report: the single place where decoding, measuring and voting are joined.
// Command line, server and Python call these functions and turn the result into words or wires; they hold no
// logic of their own.
//
// A report is made in two steps: analyze_source() measures, judge() (report/judge.h) adds estimates and the
// verdict. A failure is a report too: failed_report() carries the path and the error, and nothing else of it
// is meant to be read.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audio/byte_source.h"
#include "audio/decoder.h"
#include "core/error.h"
#include "features/analyzer.h"
#include "model/estimator.h"
#include "model/verdict.h"

namespace hitscope {

enum class SourceKind { file, url };

// What a reader needs to know of the bundle that gave the verdict. Unknown = nullopt or empty.
struct ModelSummary {
  std::string name;
  std::string version;
  std::string trained_on;
  std::string event;  // what HIT means, in one sentence
  std::optional<double> auc_grouped;
  std::optional<double> ece;
};

struct TrackReport {
  std::string path;  // as the user gave it: any bytes
  SourceKind source_kind = SourceKind::file;
  std::string title;   // from tags, or what the site says; empty = unknown
  std::string artist;  // what the site says; these three only of links
  std::string page;    // its address for people
  std::string thumbnail;
  std::string sha256;  // of the encoded bytes, lower-case hexadecimal
  AudioInfo audio;
  Analysis analysis;
  std::vector<Estimate> estimates;
  std::optional<Verdict> verdict;
  std::optional<ModelSummary> model;  // set with the verdict
  std::optional<Error> error;
};

struct AnalyzeOptions {
  DecodeLimits decode;
  AnalyzerOptions analyzer;
  double timeout_s = 0;  // wall time for one track; 0 = no limit
  // Looked at between blocks; when true the analysis ends with ErrorKind::interrupted.
  const std::atomic<bool>* cancelled = nullptr;
  // Called between blocks with the seconds of audio done and, where the header tells, the seconds there are.
  std::function<void(double done_s, std::optional<double> known_s)> progress;
};

// Decodes and measures the whole source. `path` is set by the caller.
// Errors: those of open_decoder, Decoder::read and Analyzer::finish; timeout; interrupted.
[[nodiscard]] Result<TrackReport> analyze_source(std::unique_ptr<ByteSource> source,
                                                 const AnalyzeOptions& options = {});

// The same of a decoder just opened, such as open_samples() gives; the hash stays empty.
[[nodiscard]] Result<TrackReport> analyze_decoder(Decoder& decoder, const AnalyzeOptions& options = {});

[[nodiscard]] TrackReport failed_report(std::string path, Error error);

}  // namespace hitscope
