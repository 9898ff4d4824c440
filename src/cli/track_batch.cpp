#include "cli/track_batch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <future>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "cli/frames_folder.h"
#include "cli/in_order.h"
#include "cli/inputs.h"
#include "cli/interrupt.h"
#include "cli/link_source.h"
#include "cli/progress.h"
#include "cli/report_writer.h"
#include "fetch/link.h"
#include "report/plain_text.h"

namespace hitscope::cli {
namespace {

// A named pipe, such as a shell's <(command): read like standard input.
Result<std::unique_ptr<ByteSource>> open_pipe(const std::string& path, std::uint64_t max_bytes) {
  const int descriptor =
      open(path.c_str(), O_RDONLY | O_CLOEXEC);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  if (descriptor < 0) return fail(ErrorKind::unreadable, "The pipe cannot be read.");
  auto source = open_descriptor(descriptor, max_bytes);
  close(descriptor);
  return source;
}

Result<std::unique_ptr<ByteSource>> open_input(const std::string& path, std::uint64_t max_bytes) {
  if (path == "-") return open_descriptor(STDIN_FILENO, max_bytes);
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode)) return open_pipe(path, max_bytes);
  return open_file(path, max_bytes);
}

// Every playlist in place of its link. One that cannot be listed stays, with the reason.
std::vector<Input> with_entries(std::vector<Input> inputs, LinkSource& links) {
  std::vector<Input> all;
  for (Input& input : inputs) {
    if (!is_link(input.path) || interrupt_flag()) {
      all.push_back(std::move(input));
      continue;
    }
    const auto entries = links.entries(input.path, interrupt_flag());
    if (!entries) {
      input.error = entries.error();
      all.push_back(std::move(input));
      continue;
    }
    for (const std::string& entry : *entries)
      all.push_back({.path = entry, .from_folder = false, .error = {}});
  }
  return all;
}

class TrackBatch {
 public:
  TrackBatch(const TrackArguments& arguments, const Console& console, bool explain,
             const MakeJudge& make_judge, std::vector<Input> inputs, LinkSource& links)
      : arguments_(arguments),
        links_(links),
        console_(console),
        make_judge_(make_judge),
        inputs_(std::move(inputs)),
        format_(console.choose(arguments.format)),
        writer_(console.out, format_, {.colour = console.colour, .explain = explain, .width = console.width}),
        progress_(console, arguments.progress, inputs_.size()) {
    if (!arguments.frames_folder.empty()) frames_.emplace(arguments.frames_folder);
  }

  Result<int> run() {
    // Who waits for standard input cannot be stopped, so a judge that fails must have failed before.
    const bool judge_first =
        std::ranges::any_of(inputs_, [](const Input& input) { return input.path == "-"; });
    if (judge_first) prepare_judge();
    const unsigned threads =
        arguments_.jobs != 0 ? arguments_.jobs : std::max(1U, std::thread::hardware_concurrency());
    in_order(
        inputs_.size(), threads, stop_, [this](std::size_t item) { return measure(item); },
        [this](std::size_t item, TrackReport report) { deliver(inputs_[item], std::move(report)); },
        [this, judge_first] {
          if (!judge_first) prepare_judge();
        });
    progress_.hide();
    if (no_judge_) return tl::unexpected(std::move(*no_judge_));
    if (!writer_.end()) reader_left_ = true;
    if (reader_left_) return kNobodyReads;
    summarise();
    if (interrupt_flag()) return kInterrupted;
    return failed_ == 0 ? kAllDone : kSomeFailed;
  }

 private:
  // Whatever happens, who waits for the judge is told.
  void prepare_judge() {
    if (!make_judge_) return;
    Result<Judge> judge = fail(ErrorKind::internal, "The model was not loaded.");
    try {
      judge = make_judge_();
    } catch (const std::exception& exception) {
      judge = fail(ErrorKind::internal, "An unexpected defect stopped the loading.", exception.what());
    }
    if (!judge) {
      no_judge_ = std::move(judge.error());
      stop_ = true;
    }
    judge_.set_value(judge ? std::move(*judge) : Judge());
  }

  // On a worker thread. Whatever happens becomes a report.
  TrackReport measure(std::size_t item) {
    const Input& input = inputs_[item];
    progress_.begin(item, input.path);
    Result<TrackReport> report = fail(ErrorKind::internal, "The track was not looked at.");
    try {
      report = input.error ? tl::unexpected(*input.error) : analyze(item, input.path);
    } catch (const std::bad_alloc&) {
      report = fail(ErrorKind::too_large, "There is not enough memory for this track.");
    } catch (const std::exception& exception) {
      report = fail(ErrorKind::internal, "An unexpected defect stopped the analysis.", exception.what());
    }
    progress_.finish(item);
    if (!report) return failed_report(input.path, std::move(report.error()));
    report->path = input.path;
    return std::move(*report);
  }

  Result<TrackReport> analyze(std::size_t item, const std::string& path) {
    if (is_link(path)) return analyze_link(item, path);
    Result<std::unique_ptr<ByteSource>> source = open_input(path, arguments_.max_bytes);
    if (!source) return tl::unexpected(std::move(source.error()));
    return analyze_source(item, std::move(*source));
  }

  Result<TrackReport> analyze_link(std::size_t item, const std::string& link) {
    const auto on_progress = [this, item](const FetchProgress& progress) {
      if (interrupt_flag()) stop_ = true;
      if (progress.total && *progress.total > 0) {
        // Fetching is half of the bar: mostly the longer half, but the other is the surer.
        progress_.advance(item,
                          0.5 * static_cast<double>(progress.bytes) / static_cast<double>(*progress.total));
      }
    };
    Result<OpenLink> opened = links_.open(link, on_progress, interrupt_flag());
    if (!opened) return tl::unexpected(std::move(opened.error()));
    Result<TrackReport> report = analyze_source(item, std::move(opened->source), 0.5);
    if (!report) return report;
    report->source_kind = SourceKind::url;
    if (!opened->track.title.empty()) report->title = opened->track.title;
    report->artist = opened->track.artist;
    report->page = opened->track.page;
    report->thumbnail = opened->track.thumbnail;
    return report;
  }

  Result<TrackReport> analyze_source(std::size_t item, std::unique_ptr<ByteSource> source, double from = 0) {
    AnalyzeOptions options;
    options.decode.max_seconds = arguments_.max_seconds;
    options.analyzer.true_peak = arguments_.true_peak;
    options.analyzer.dna = frames_.has_value();
    options.timeout_s = arguments_.timeout_s;
    options.cancelled = &stop_;
    options.progress = [this, item, from](double done_s, std::optional<double> known_s) {
      if (interrupt_flag()) stop_ = true;
      if (known_s && *known_s > 0) progress_.advance(item, from + (1 - from) * done_s / *known_s);
    };
    Result<TrackReport> report = hitscope::analyze_source(std::move(source), options);
    if (!report || !make_judge_) return report;
    const Judge& judge = judge_ready_.get();
    if (!judge) return fail(ErrorKind::interrupted, "There is no model to judge the track by.");
    if (Result<void> judged = judge(*report); !judged) return tl::unexpected(std::move(judged.error()));
    return report;
  }

  // On the calling thread, in the inputs' order.
  void deliver(const Input& input, TrackReport report) {
    if (interrupt_flag()) stop_ = true;
    if (reader_left_ || no_judge_) return;
    if (report.error) {
      const ErrorKind kind = report.error->kind;
      if (kind == ErrorKind::interrupted) return;
      if (input.from_folder && kind == ErrorKind::unsupported_format) {
        ++not_audio_;
        return;
      }
      ++failed_;
      if (format_ != Format::text) say(fmt::format("{}: {}", report.path, report.error->message));
    } else {
      ++done_;
      if (frames_) write_frames(report);
    }
    if (console_.out_is_terminal) progress_.hide();
    if (!writer_.write(report)) {
      reader_left_ = true;
      stop_ = true;
    }
  }

  void write_frames(const TrackReport& report) {
    if (const Result<void> written = frames_->write(report.path, report.analysis.dna); !written) {
      ++failed_;
      say(written.error().message);
    }
  }

  void summarise() {
    const bool from_folder = std::ranges::any_of(inputs_, &Input::from_folder);
    if (interrupt_flag()) {
      say(fmt::format("stopped: {} of {} done", done_ + failed_, inputs_.size()));
    } else if (inputs_.size() > 1 || from_folder || inputs_.empty()) {
      std::string words = fmt::format("{} {} done", done_, done_ == 1 ? "track" : "tracks");
      if (failed_ != 0) words += fmt::format(", {} failed", failed_);
      if (not_audio_ != 0) words += fmt::format(", {} passed over as not audio", not_audio_);
      say(words);
    }
  }

  void say(std::string_view words) {
    progress_.hide();
    console_.err << "hitscope: " << printable(words) << '\n';
  }

  const TrackArguments& arguments_;
  LinkSource& links_;
  const Console& console_;
  const MakeJudge& make_judge_;
  const std::vector<Input> inputs_;
  const Format format_;
  ReportWriter writer_;
  Progress progress_;
  std::optional<FramesFolder> frames_;
  std::promise<Judge> judge_;
  std::shared_future<Judge> judge_ready_{judge_.get_future()};
  std::optional<Error> no_judge_;  // why; the calling thread's
  std::atomic<bool> stop_{false};
  bool reader_left_ = false;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  std::size_t not_audio_ = 0;
};

}  // namespace

Result<int> run_track_batch(const TrackArguments& arguments, const Console& console, bool explain,
                            const MakeJudge& make_judge) {
  std::vector<std::string> paths = arguments.paths;
  if (!arguments.files_from.empty()) {
    Result<std::vector<std::string>> listed = read_list(arguments.files_from, std::cin);
    if (!listed) {
      console.err << "hitscope: " << printable(listed.error().message) << '\n';
      return kWrongUsage;
    }
    paths.insert(paths.end(), listed->begin(), listed->end());
  }
  FetchSettings settings = arguments.fetch;
  settings.limits.bytes = arguments.max_bytes;
  settings.limits.audio_s = arguments.max_seconds;
  LinkSource links(settings);
  std::vector<Input> inputs = find_inputs(paths, arguments.recursive);
  if (arguments.playlist) inputs = with_entries(std::move(inputs), links);
  return TrackBatch(arguments, console, explain, make_judge, std::move(inputs), links).run();
}

}  // namespace hitscope::cli
