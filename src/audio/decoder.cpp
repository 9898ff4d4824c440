#include "audio/decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "audio/backends.h"
#include "audio/byte_slice.h"
#include "audio/sniff.h"
#include "audio/tag_text.h"

namespace hitscope {
namespace {

using Family = Sniffed::Family;
using Open = Result<std::unique_ptr<Decoder>> (*)(ByteSource&, const Sniffed&);

// More than a codec's delay and padding account for: what differs by more is damage or a lie.
constexpr double kPromiseToleranceSeconds = 0.1;

std::string seconds(double value) {
  return fmt::format("{:.1f} s", value);
}

// Owns the source, holds a backend to the caller's limits, counts what it gives and compares that with what
// was promised. Where the first backend gives up before the end, the second takes over.
class GuardedDecoder final : public Decoder {
 public:
  GuardedDecoder(std::unique_ptr<ByteSource> source, Sniffed sniffed, const DecodeLimits& limits)
      : source_(std::move(source)),
        slice_(*source_, sniffed.begin, sniffed.end),
        sniffed_(std::move(sniffed)),
        limits_(limits) {}

  Result<void> open() {
    const bool mpeg = sniffed_.family == Family::mpeg_audio;
    const bool sound = sniffed_.family == Family::sndfile;
    if (!mpeg && !sound) return start(open_ffmpeg);

    auto first = start(mpeg ? open_mpg123 : open_sndfile);
    if (first || refused_) return first;
    can_fall_back_ = false;
    auto second = start(open_ffmpeg);
    if (second || refused_) return second;
    // The one that knows the format better explains better, unless all it can say is that it does not.
    const bool first_is_vague =
        first.error().kind != ErrorKind::corrupt && second.error().kind == ErrorKind::corrupt;
    return first_is_vague ? second : first;
  }

  Result<std::size_t> read(std::span<float> interleaved) override {
    const auto channels = static_cast<std::size_t>(info_.channels);
    if (ended_ || interleaved.size() < channels) return 0;
    std::size_t frames = 0;
    if (ahead_read_ < ahead_.size()) {
      const std::size_t count =
          std::min(interleaved.size() / channels * channels, ahead_.size() - ahead_read_);
      std::copy_n(ahead_.begin() + static_cast<std::ptrdiff_t>(ahead_read_), count, interleaved.begin());
      ahead_read_ += count;
      frames = count / channels;
    } else {
      auto got = backend_->read(interleaved);
      if ((!got || *got == 0) && worth_another_try()) got = continue_with_ffmpeg(interleaved);
      if (!got) return tl::unexpected<Error>(got.error());
      frames = *got;
    }
    info_.frames_decoded += frames;
    if (limits_.max_seconds > 0 && info_.duration_s() > limits_.max_seconds) {
      return refuse_length();
    }
    if (frames == 0) finish();
    return frames;
  }

  [[nodiscard]] const AudioInfo& info() const override { return info_; }

 private:
  static constexpr std::size_t kAheadFrames = 4096;

  // Opens, and decodes the first block: a header alone is no audio.
  Result<void> start(Open open_backend) {
    backend_.reset();
    slice_.seek(0);
    auto opened = open_backend(slice_, sniffed_);
    if (!opened) return tl::unexpected<Error>(std::move(opened.error()));
    backend_ = std::move(*opened);
    info_ = backend_->info();
    info_.title = clean_tag_text(info_.title);
    info_.artist = clean_tag_text(info_.artist);
    if (sniffed_.promised_frames && !info_.expected_is_estimate && sniffed_.family == Family::sndfile) {
      info_.frames_expected = sniffed_.promised_frames;
    }
    if (auto allowed = check_limits(); !allowed) {
      refused_ = true;
      return allowed;
    }

    ahead_.resize(kAheadFrames * static_cast<std::size_t>(info_.channels));
    const auto frames = backend_->read(ahead_);
    if (!frames) return tl::unexpected<Error>(frames.error());
    if (*frames == 0) {
      if (info_.frames_expected.value_or(0) > 0 && !info_.expected_is_estimate) {
        return fail(ErrorKind::corrupt, "The audio is damaged: not one sample could be decoded.");
      }
      return fail(ErrorKind::too_short, "The file holds not one sample.");
    }
    ahead_.resize(*frames * static_cast<std::size_t>(info_.channels));
    ahead_read_ = 0;
    return {};
  }

  [[nodiscard]] Result<void> check_limits() const {
    if (auto allowed = check_format(info_, limits_); !allowed) return allowed;
    const int rate = info_.sample_rate_hz;
    // Ten hours are refused at once, not after four of them; unless the promise is more than the bytes can
    // hold.
    constexpr double kLeastBytesPerSecond = 125.0;
    const double promised_s = static_cast<double>(info_.frames_expected.value_or(0)) / rate;
    const bool credible = promised_s * kLeastBytesPerSecond <= static_cast<double>(slice_.size());
    if (limits_.max_seconds > 0 && promised_s > limits_.max_seconds && credible &&
        !info_.expected_is_estimate) {
      return refuse_length();
    }
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> refuse_length() const {
    return fail(ErrorKind::too_long,
                fmt::format("It is longer than the {} allowed.", seconds(limits_.max_seconds)));
  }

  // libsndfile stops at the first damaged block of a FLAC or Ogg file, and where a FLAC header says the end
  // is, whatever follows; FFmpeg goes on.
  [[nodiscard]] bool worth_another_try() const {
    constexpr std::uint64_t kWorthwhileBytes = std::uint64_t{1} << 15;
    if (!can_fall_back_ || sniffed_.family != Family::sndfile) return false;
    if (info_.codec != "flac" && info_.codec != "vorbis" && info_.codec != "opus") return false;
    if (slice_.size() - slice_.position() > kWorthwhileBytes) return true;
    const double missing =
        static_cast<double>(info_.frames_expected.value_or(0)) - static_cast<double>(info_.frames_decoded);
    return missing > kPromiseToleranceSeconds * info_.sample_rate_hz;
  }

  Result<std::size_t> continue_with_ffmpeg(std::span<float> interleaved) {
    can_fall_back_ = false;
    slice_.seek(0);
    auto opened = open_ffmpeg(slice_, sniffed_);
    if (!opened) return 0;
    Decoder& ffmpeg = **opened;
    if (ffmpeg.info().channels != info_.channels || ffmpeg.info().sample_rate_hz != info_.sample_rate_hz)
      return 0;
    const auto channels = static_cast<std::uint64_t>(info_.channels);
    std::uint64_t left = info_.frames_decoded;
    while (left > 0) {
      const std::uint64_t count = std::min<std::uint64_t>(left, interleaved.size() / channels);
      const auto got = ffmpeg.read(interleaved.first(static_cast<std::size_t>(count * channels)));
      if (!got || *got == 0) return 0;  // it knows no more than the first
      left -= *got;
    }
    const auto got = ffmpeg.read(interleaved);
    if (!got || *got == 0) return 0;
    backend_ = std::move(*opened);
    return *got;
  }

  void finish() {
    ended_ = true;
    info_.warnings = sniffed_.warnings;
    const auto& said = backend_->info().warnings;
    info_.warnings.insert(info_.warnings.end(), said.begin(), said.end());
    if (sniffed_.cut_off)
      info_.warnings.emplace_back("The stream lacks its end mark; it was probably cut off.");
    if (!info_.frames_expected || info_.expected_is_estimate) return;
    const double promised_s = static_cast<double>(*info_.frames_expected) / info_.sample_rate_hz;
    if (std::abs(promised_s - info_.duration_s()) <= kPromiseToleranceSeconds) return;
    info_.warnings.push_back(fmt::format("The header promises {}, {} could be decoded.", seconds(promised_s),
                                         seconds(info_.duration_s())));
  }

  std::unique_ptr<ByteSource> source_;
  ByteSlice slice_;
  Sniffed sniffed_;
  DecodeLimits limits_;
  std::unique_ptr<Decoder> backend_;
  AudioInfo info_;
  std::vector<float> ahead_;
  std::size_t ahead_read_ = 0;
  bool refused_ = false;  // by a limit: another backend would not change that
  bool can_fall_back_ = true;
  bool ended_ = false;
};

}  // namespace

Result<void> check_format(const AudioInfo& info, const DecodeLimits& limits) {
  if (info.channels < 1 || (limits.max_channels > 0 && info.channels > limits.max_channels)) {
    return fail(ErrorKind::unsupported_format,
                fmt::format("It has {} channels; 1 to {} are read.", info.channels, limits.max_channels));
  }
  const int rate = info.sample_rate_hz;
  const bool above = limits.max_sample_rate_hz > 0 && rate > limits.max_sample_rate_hz;
  if (rate < 1 || rate < limits.min_sample_rate_hz || above) {
    return fail(ErrorKind::unsupported_format,
                fmt::format("Its sample rate is {} Hz; {} to {} Hz are read.", rate,
                            limits.min_sample_rate_hz, limits.max_sample_rate_hz));
  }
  return {};
}

Result<std::unique_ptr<Decoder>> open_decoder(std::unique_ptr<ByteSource> source,
                                              const DecodeLimits& limits) {
  auto sniffed = sniff(*source);
  if (!sniffed) return tl::unexpected<Error>(std::move(sniffed.error()));
  if (sniffed->family == Family::empty) return fail(ErrorKind::too_short, "The file is empty.");
  if (sniffed->family == Family::foreign) {
    return fail(ErrorKind::unsupported_format, fmt::format("This is {}, not audio.", sniffed->looks_like));
  }
  auto decoder = std::make_unique<GuardedDecoder>(std::move(source), std::move(*sniffed), limits);
  if (auto opened = decoder->open(); !opened) return tl::unexpected<Error>(std::move(opened.error()));
  return decoder;
}

}  // namespace hitscope
