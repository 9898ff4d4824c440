// What the user asked for: the command line, HITSCOPE_... environment variables and a TOML file (--config)
// turned into plain structs, in that order of precedence. The only place that knows CLI11.
//
// Every option has an environment variable of its name: --max-bytes is HITSCOPE_MAX_BYTES. In the TOML file
// the options of a command stand in a table of its name: [predict] jobs = 4.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "fetch/settings.h"
#include "server/options.h"

namespace hitscope::cli {

enum class Format { automatic, text, json, jsonl, csv, markdown };
enum class ProgressMode { automatic, always, never };

struct TrackArguments {
  std::vector<std::string> paths;  // files, folders, links, "-" for standard input
  std::string files_from;          // a list of more of them; "-" for standard input; empty = none
  bool recursive = false;
  Format format = Format::automatic;
  unsigned jobs = 0;  // 0 = one a processor
  ProgressMode progress = ProgressMode::automatic;
  std::string frames_folder;  // empty = no frames
  bool true_peak = false;
  std::uint64_t max_bytes = std::uint64_t{4} << 30U;  // these three: 0 = no limit
  double max_seconds = 4 * 3600.0;
  double timeout_s = 0;
  FetchSettings fetch;
  bool playlist = false;  // a link to one stands for all of its entries
};

struct AnalyzeArguments {
  TrackArguments tracks;
};

struct PredictArguments {
  TrackArguments tracks;
  std::string model;  // name or path; empty = the one made for the input
  bool explain = false;
  std::string attributes_table;      // rows of attributes instead of audio; empty = audio
  std::vector<std::string> columns;  // "tempo=BPM": its columns that have other names than ours
};

// What `train` and `evaluate` share.
struct LearningArguments {
  std::vector<std::string> data;
  std::vector<std::string> columns;  // "tempo=BPM": columns of the tables that have other names than ours
  std::string recipe = "audio";      // name or path
  std::string report_folder;         // empty = no report
  ProgressMode progress = ProgressMode::automatic;
  unsigned jobs = 0;  // 0 = one a processor
};

struct TrainArguments {
  LearningArguments learning;
  std::string out;
};

struct EvaluateArguments {
  LearningArguments learning;
  std::string protocol = "grouped";  // random, grouped, transfer, split=FILE.csv
  Format format = Format::automatic;
};

struct ModelArguments {
  enum class Action { show, verify };
  Action action = Action::show;
  std::string bundle = "default";
  Format format = Format::automatic;
};

struct DoctorArguments {
  std::string model = "default";
  FetchSettings fetch;
  std::string database;  // empty = not looked at
  Format format = Format::automatic;
};

struct ServeArguments {
  server::ServeOptions options;
};

// Limits: of one request.
struct WorkerArguments {
  std::string model = "default";
  double timeout_s = 600;
  double cpu_s = 300;
  std::uint64_t memory_bytes = std::uint64_t{2} << 30U;
  std::uint64_t max_bytes = std::uint64_t{1} << 30U;
  double max_seconds = 2 * 3600.0;
  bool sandbox = true;
  bool debug_markers = false;
};

using Invocation = std::variant<AnalyzeArguments, PredictArguments, TrainArguments, EvaluateArguments,
                                ModelArguments, DoctorArguments, ServeArguments, WorkerArguments>;

// When there is nothing to run: help or version asked for (status 0, on stdout), or wrong usage (2, on
// stderr).
struct Answer {
  int status = 0;
  std::string text;
};

// `arguments` without the program's name; `cookies`: of the environment (fetch/settings.h).
[[nodiscard]] std::variant<Invocation, Answer> parse_arguments(std::vector<std::string> arguments,
                                                               const std::string& cookies = {});

}  // namespace hitscope::cli
