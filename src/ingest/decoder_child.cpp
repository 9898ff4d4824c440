#include "ingest/decoder_child.h"

#include <unistd.h>

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "audio/byte_source.h"
#include "core/line_channel.h"
#include "features/spectral_dna.h"
#include "ingest/assignment.h"
#include "ingest/debug_marker.h"
#include "ingest/protocol.h"
#include "ingest/sandbox.h"
#include "report/json.h"
#include "report/judge.h"

namespace hitscope {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kBetweenProgress = std::chrono::milliseconds(200);

class DecoderChild {
 public:
  DecoderChild(const DecoderSetup& setup, int socket) : setup_(setup), socket_(socket) {}

  void confine(pid_t broker) {
    if (setup_.sandbox) leave_namespaces();
    bind_to_parent(broker);
    limit_resources({.memory_bytes = setup_.limits.memory_bytes, .cpu_s = setup_.limits.cpu_s});
    if (setup_.sandbox) {
      if (const Result<void> sealed = seal(); !sealed) {
        say({{"event", "failed"}, {"error", error_json(sealed.error())}});
        ::_exit(1);
      }
    }
    say({{"event", "sealed"}});
  }

  void work() {
    std::optional<ReceivedAssignment> received = receive_assignment(socket_);
    if (!received) return;
    Result<void> answered = fail(ErrorKind::internal, "The file was not looked at.");
    try {
      answered = measure(received->assignment, std::move(received->file));
    } catch (const std::bad_alloc&) {
      answered = fail(ErrorKind::too_large, "There is not enough memory for this track.");
    } catch (const std::exception& exception) {
      answered = fail(ErrorKind::internal, "An unexpected defect stopped the analysis.", exception.what());
    }
    if (!answered) say({{"event", "failed"}, {"error", error_json(answered.error())}});
  }

 private:
  Result<void> measure(const Assignment& assignment, Descriptor file) {
    if (setup_.debug_markers) obey_debug_marker(file.number());
    AnalyzeOptions options;
    options.decode.max_seconds = assignment.max_audio_s;
    options.analyzer.true_peak = assignment.true_peak;
    options.analyzer.dna = assignment.frames;
    options.progress = [this](double done_s, std::optional<double> known_s) { progress(done_s, known_s); };
    Result<TrackReport> report = analyze_source(adopt_file(std::move(file), assignment.size), options);
    if (!report) return tl::unexpected(std::move(report.error()));
    if (setup_.predictor != nullptr) {
      say({{"event", "voting"}});
      if (Result<void> judged = judge(*report, *setup_.predictor, assignment.explain); !judged) return judged;
    }
    std::vector<std::byte> frames;
    if (assignment.frames) frames = encode_dna(report->analysis.dna);
    if (frames.size() > kMaxFramesBytes) {
      return fail(ErrorKind::too_long, "It is too long for its frames to be handed over.");
    }
    // The report's text goes in as it is, so that it is laid out once.
    std::string line = R"({"event":"done","frames_bytes":)" + std::to_string(frames.size()) +
                       R"(,"report":)" + to_json(*report, JsonLayout::compact) + "}\n";
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are bytes
    line.append(reinterpret_cast<const char*>(frames.data()), frames.size());
    static_cast<void>(write_all(socket_, line));
    return {};
  }

  void progress(double done_s, std::optional<double> known_s) {
    const Clock::time_point now = Clock::now();
    if (now < next_progress_) return;
    next_progress_ = now + kBetweenProgress;
    say({{"event", "measuring"},
         {"done_s", done_s},
         {"known_s", known_s ? OrderedJson(*known_s) : OrderedJson()}});
  }

  // A broker that is gone takes its decoder with it; nothing need be done about a failed write.
  void say(const OrderedJson& word) const { static_cast<void>(write_all(socket_, to_line(word))); }

  const DecoderSetup& setup_;
  int socket_;
  Clock::time_point next_progress_ = Clock::time_point::min();
};

}  // namespace

void run_decoder(const DecoderSetup& setup, int socket, pid_t broker) {
  DecoderChild child(setup, shed_surroundings(socket));
  child.confine(broker);
  child.work();
  ::_exit(0);
}

}  // namespace hitscope
