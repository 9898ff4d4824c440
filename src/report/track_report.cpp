#include "report/track_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "report/sha256.h"

namespace hitscope {
namespace {

constexpr std::size_t kBlockFrames = 8192;

// Lends a source to a decoder, which wants to own what it reads, so that the bytes can be hashed afterwards:
// only content that proved to be audio is worth a second reading.
class LentSource final : public ByteSource {
 public:
  explicit LentSource(ByteSource& lender) : lender_(lender) {}
  Result<std::size_t> read(std::span<std::byte> bytes) override { return lender_.read(bytes); }
  void seek(std::uint64_t position) override { lender_.seek(position); }
  [[nodiscard]] std::uint64_t position() const override { return lender_.position(); }
  [[nodiscard]] std::uint64_t size() const override { return lender_.size(); }

 private:
  ByteSource& lender_;
};

class Deadline {
 public:
  explicit Deadline(double seconds) : limit_s_(seconds), start_(std::chrono::steady_clock::now()) {}
  [[nodiscard]] bool passed() const {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
    return limit_s_ > 0 && spent.count() > limit_s_;
  }

 private:
  double limit_s_;
  std::chrono::steady_clock::time_point start_;
};

Result<void> check(const AnalyzeOptions& options, const Deadline& deadline) {
  if (options.cancelled != nullptr && options.cancelled->load(std::memory_order_relaxed)) {
    return fail(ErrorKind::interrupted, "Stopped before the track was measured.");
  }
  if (deadline.passed()) {
    return fail(ErrorKind::timeout, fmt::format("Not done within the limit of {:g} s.", options.timeout_s));
  }
  return {};
}

void report_progress(const AnalyzeOptions& options, const AudioInfo& info) {
  if (!options.progress) return;
  std::optional<double> known;
  if (info.frames_expected && info.sample_rate_hz > 0) {
    known = static_cast<double>(*info.frames_expected) / info.sample_rate_hz;
  }
  options.progress(info.duration_s(), known);
}

Result<TrackReport> measure(Decoder& decoder, const AnalyzeOptions& options, const Deadline& deadline) {
  const int channels = decoder.info().channels;
  Analyzer analyzer(decoder.info().sample_rate_hz, channels, decoder.info().channel_layout, options.analyzer);
  std::vector<float> block(kBlockFrames * static_cast<std::size_t>(channels));
  while (true) {
    if (Result<void> go_on = check(options, deadline); !go_on)
      return tl::unexpected(std::move(go_on.error()));
    const Result<std::size_t> frames = decoder.read(block);
    if (!frames) return tl::unexpected(frames.error());
    if (*frames == 0) break;
    analyzer.push(std::span(block).first(*frames * static_cast<std::size_t>(channels)));
    report_progress(options, decoder.info());
  }

  Result<Analysis> analysis = analyzer.finish();
  if (!analysis) return tl::unexpected(std::move(analysis.error()));
  TrackReport report;
  report.audio = decoder.info();
  report.title = report.audio.title;
  report.analysis = std::move(*analysis);
  return report;
}

}  // namespace

Result<TrackReport> analyze_source(std::unique_ptr<ByteSource> source, const AnalyzeOptions& options) {
  const Deadline deadline(options.timeout_s);
  Result<std::unique_ptr<Decoder>> opened =
      open_decoder(std::make_unique<LentSource>(*source), options.decode);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  Result<TrackReport> report = measure(**opened, options, deadline);
  if (!report) return report;
  opened->reset();  // the decoder lets go of the source before it is read again

  Result<std::string> hash = sha256_hex(*source);
  if (!hash) return tl::unexpected(std::move(hash.error()));
  report->sha256 = std::move(*hash);
  return report;
}

Result<TrackReport> analyze_decoder(Decoder& decoder, const AnalyzeOptions& options) {
  return measure(decoder, options, Deadline(options.timeout_s));
}

TrackReport failed_report(std::string path, Error error) {
  TrackReport report;
  report.path = std::move(path);
  report.error = std::move(error);
  return report;
}

}  // namespace hitscope
