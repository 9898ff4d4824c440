#include "ingest/worker.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "audio/regular_file.h"
#include "core/base64.h"
#include "core/line_channel.h"
#include "features/analyzer.h"
#include "features/spectral_dna.h"
#include "ingest/decoder_process.h"
#include "ingest/protocol.h"
#include "model/find_bundle.h"
#include "model/predictor.h"
#include "report/plain_text.h"
#include "report/version.h"

namespace hitscope {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kBetweenChecks = milliseconds(100);  // at what the decoder uses up
constexpr auto kBetweenRelays = milliseconds(150);  // decoders say less; one that says more is not relayed

Result<std::optional<Predictor>> load_model(const std::string& model) {
  if (model.empty()) return std::optional<Predictor>();
  const auto path = find_bundle(model);
  if (!path) return tl::unexpected(path.error());
  Result<Bundle> bundle = load_bundle(*path);
  if (!bundle) return tl::unexpected(std::move(bundle.error()));
  return Predictor(std::move(*bundle));
}

// The tighter of what is allowed and what is asked for; zero is no limit.
double tighter(double allowed, double asked) {
  if (allowed <= 0 || asked <= 0) return std::max(allowed, asked);
  return std::min(allowed, asked);
}

struct Answer {
  OrderedJson report;
  std::string frames;  // base64
};

// A request while its decoder works on it.
struct Job {
  const WorkerRequest& request;
  double wall_s = 0;
  Clock::time_point started = Clock::now();
  Clock::time_point next_progress = Clock::time_point::min();
  bool voted = false;
};

class Broker {
 public:
  Broker(const WorkerLoopOptions& options, int in_descriptor, int out_descriptor)
      : options_(options), in_(in_descriptor), out_(out_descriptor), requests_(in_, kMaxRequestBytes) {}

  int run() {
    if (Result<void> ready = start(); !ready) return refuse(ready.error());
    greet();
    while (!reader_left_) {
      if (auto line = requests_.take_line()) {
        answer_line(*line);
      } else if (requests_.ended()) {
        break;
      } else {
        static_cast<void>(requests_.fill());  // waits
      }
    }
    return 0;
  }

 private:
  Result<void> start() {
    auto model = load_model(options_.model);
    if (!model) return tl::unexpected(std::move(model.error()));
    predictor_ = std::move(*model);
    return start_decoder();
  }

  Result<void> start_decoder() {
    const DecoderSetup setup{.predictor = predictor_ ? &*predictor_ : nullptr,
                             .limits = options_.limits,
                             .sandbox = options_.sandbox,
                             .debug_markers = options_.debug_markers};
    Result<DecoderProcess> decoder = DecoderProcess::start(setup);
    if (!decoder) return tl::unexpected(std::move(decoder.error()));
    decoder_ = std::move(*decoder);
    return {};
  }

  int refuse(const Error& error) {
    say({{"event", "refused"}, {"error", error_json(error)}});
    std::cerr << "hitscope worker: " << printable(error.message) << ' ' << printable(error.detail) << '\n';
    return 1;
  }

  void greet() {
    const BundleCard* const card = predictor_ ? &predictor_->bundle().card : nullptr;
    say({{"event", "ready"},
         {"engine", kVersion},
         {"features_version", kFeaturesVersion},
         {"model", card != nullptr ? OrderedJson(card->name) : OrderedJson()},
         {"model_version", card != nullptr ? OrderedJson(card->version) : OrderedJson()},
         {"sandbox", options_.sandbox}});
  }

  void answer_line(const LineReader::Line& line) {
    if (line.too_long) {
      return say_failed(OrderedJson(), {ErrorKind::too_large, "The request is too long.",
                                        fmt::format("a line may have {} bytes", kMaxRequestBytes)});
    }
    if (line.text.find_first_not_of(" \t\r") == std::string::npos) return;
    const auto request = parse_request(line.text);
    if (!request) {
      const auto& id = request.error().id;
      return say_failed(id ? OrderedJson(*id) : OrderedJson(), request.error().error);
    }
    Result<Answer> answer = serve(*request);
    if (answer) {
      OrderedJson done = {{"id", request->id}, {"event", "done"}, {"report", std::move(answer->report)}};
      done["report"]["path"] = request->name;
      if (request->frames) done["frames"] = std::move(answer->frames);
      say(done);
    } else {
      if (spent_) decoder_.reset();  // first of all: it may be what used up the limits
      say_failed(request->id, answer.error());
    }
    // The next one is made ready while nobody waits. Failing to is the next request's error.
    if (std::exchange(spent_, false)) {
      decoder_.reset();
      if (!reader_left_) static_cast<void>(start_decoder());
    }
  }

  Result<Answer> serve(const WorkerRequest& request) {
    Job job{.request = request, .wall_s = tighter(options_.limits.wall_s, request.timeout_s)};
    Result<RegularFile> file = open_regular_file(request.file, options_.limits.max_bytes);
    if (!file) return tl::unexpected(std::move(file.error()));
    const Assignment assignment{.size = file->size,
                                .max_audio_s = tighter(options_.limits.max_audio_s, request.max_audio_s),
                                .explain = request.explain,
                                .frames = request.frames,
                                .true_peak = request.true_peak};
    spent_ = true;
    if (Result<void> handed = hand_over(assignment, file->descriptor.number()); !handed) {
      return tl::unexpected(std::move(handed.error()));
    }
    say({{"id", request.id}, {"event", "decoding"}});
    return watch(job);
  }

  Result<void> hand_over(const Assignment& assignment, int file) {
    if (decoder_ && decoder_->assign(assignment, file)) return {};
    // Killed while it waited, or never started: that is no fault of this request.
    if (Result<void> started = start_decoder(); !started) return started;
    if (!decoder_->assign(assignment, file)) return tl::unexpected(decoder_->cause_of_death());
    return {};
  }

  Result<Answer> watch(Job& job) {
    while (true) {
      if (const auto line = decoder_->words().take_line()) {
        if (line->too_long) return nonsense("a line without end");
        Result<DecoderWord> word = parse_decoder_word(line->text);
        if (!word) return tl::unexpected(std::move(word.error()));
        if (word->what == DecoderWord::What::failed) return tl::unexpected(std::move(word->error));
        if (word->what == DecoderWord::What::done) return collect(job, std::move(*word));
        relay(job, *word);
        if (Result<void> within = check_limits(job); !within)
          return tl::unexpected(std::move(within.error()));
      } else if (Result<void> more = wait(job); !more) {
        return tl::unexpected(std::move(more.error()));
      }
    }
  }

  // The report is there; its frames follow as bytes.
  Result<Answer> collect(const Job& job, DecoderWord word) {
    if (job.request.frames != (word.frames_bytes > 0)) return nonsense("frames against the request");
    while (true) {
      if (const auto bytes = decoder_->words().take_bytes(word.frames_bytes)) {
        const auto frames = std::as_bytes(std::span(*bytes));
        if (job.request.frames && !decode_dna(frames)) return nonsense("frames of no known form");
        return Answer{std::move(word.report), to_base64(frames)};
      }
      if (Result<void> more = wait(job); !more) return tl::unexpected(std::move(more.error()));
    }
  }

  [[nodiscard]] Result<void> check_limits(const Job& job) const {
    const std::chrono::duration<double> spent = Clock::now() - job.started;
    if (job.wall_s > 0 && spent.count() > job.wall_s) {
      return fail(ErrorKind::timeout, fmt::format("Not done within the limit of {:g} s.", job.wall_s));
    }
    const double cpu_s = options_.limits.cpu_s;
    if (cpu_s > 0 && decoder_->cpu_s().value_or(0) > cpu_s) {
      return fail(ErrorKind::timeout,
                  fmt::format("It took more than the {:g} s of processor time allowed.", cpu_s));
    }
    return {};
  }

  // Until the decoder says something, the reader of our answers leaves, or it is time to look at the limits.
  // Fails where there is nothing left to wait for.
  Result<void> wait(const Job& job) {
    if (decoder_->words().ended()) return tl::unexpected(decoder_->cause_of_death());
    if (Result<void> within = check_limits(job); !within) return within;
    milliseconds time = kBetweenChecks;
    if (job.wall_s > 0) {
      const std::chrono::duration<double> left =
          std::chrono::duration<double>(job.wall_s) - (Clock::now() - job.started);
      if (left < time) time = std::chrono::ceil<milliseconds>(std::max(left, decltype(left)::zero()));
    }
    std::array<pollfd, 2> watched{pollfd{.fd = decoder_->socket(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = out_, .events = 0, .revents = 0}};
    if (::poll(watched.data(), watched.size(), static_cast<int>(time.count())) > 0) {
      if ((watched[1].revents & (POLLERR | POLLHUP)) != 0) reader_left_ = true;
      if (watched[0].revents != 0) static_cast<void>(decoder_->words().fill());
    }
    if (reader_left_) return fail(ErrorKind::interrupted, "Nobody waits for the answer any more.");
    return {};
  }

  static tl::unexpected<Error> nonsense(std::string detail) {
    return fail(ErrorKind::internal, "The decoder's answer makes no sense.", std::move(detail));
  }

  void relay(Job& job, const DecoderWord& word) {
    if (word.what == DecoderWord::What::voting) {
      if (!std::exchange(job.voted, true)) say({{"id", job.request.id}, {"event", "voting"}});
    } else if (word.what == DecoderWord::What::measuring) {
      const Clock::time_point now = Clock::now();
      if (now < job.next_progress) return;
      job.next_progress = now + kBetweenRelays;
      say({{"id", job.request.id},
           {"event", "measuring"},
           {"done_s", word.done_s},
           {"known_s", word.known_s ? OrderedJson(*word.known_s) : OrderedJson()}});
    }
  }

  void say_failed(const OrderedJson& id, const Error& error) {
    say({{"id", id}, {"event", "failed"}, {"error", error_json(error)}});
  }

  void say(const OrderedJson& line) {
    if (!write_all(out_, to_line(line))) reader_left_ = true;
  }

  const WorkerLoopOptions& options_;
  int in_;
  int out_;
  LineReader requests_;
  std::optional<Predictor> predictor_;
  std::optional<DecoderProcess> decoder_;
  bool spent_ = false;  // the decoder has been handed its one file
  bool reader_left_ = false;
};

}  // namespace

int run_worker(const WorkerLoopOptions& options, int in_descriptor, int out_descriptor) {
  // A reader that goes away shows as a failed write (line_channel.h) and ends the loop.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c): cannot fail for this signal
  try {
    return Broker(options, in_descriptor, out_descriptor).run();
  } catch (const std::exception& exception) {
    std::cerr << "hitscope worker: " << printable(exception.what()) << '\n';
    return 1;
  }
}

}  // namespace hitscope
