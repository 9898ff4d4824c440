#include "audio/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace hitscope {
namespace {

class SampleDecoder final : public Decoder {
 public:
  explicit SampleDecoder(const SampleView& samples) : samples_(samples) {
    info_.sample_rate_hz = samples.sample_rate_hz;
    info_.channels = samples.channels;
    info_.frames_expected = samples.frames;
  }

  Result<std::size_t> read(std::span<float> interleaved) override {
    const auto channels = static_cast<std::size_t>(samples_.channels);
    const std::size_t frames = std::min(interleaved.size() / channels, samples_.frames - done_);
    switch (samples_.type) {
      case SampleType::float32:
        copy<float>(interleaved, frames, 1);
        break;
      case SampleType::float64:
        copy<double>(interleaved, frames, 1);
        break;
      case SampleType::int16:
        copy<std::int16_t>(interleaved, frames, kInt16Scale);
        break;
    }
    done_ += frames;
    info_.frames_decoded = done_;
    return frames;
  }

  [[nodiscard]] const AudioInfo& info() const override { return info_; }

 private:
  static constexpr double kInt16Scale = 1.0 / 32768;  // a power of two: nothing is rounded

  template <typename Sample>
  void copy(std::span<float> interleaved, std::size_t frames, double scale) const {
    const auto* first = static_cast<const Sample*>(samples_.data);
    const auto channels = static_cast<std::ptrdiff_t>(samples_.channels);
    auto out = interleaved.begin();
    for (std::size_t f = 0; f < frames; ++f) {
      const std::ptrdiff_t frame = static_cast<std::ptrdiff_t>(done_ + f) * samples_.frame_stride;
      for (std::ptrdiff_t c = 0; c < channels; ++c) {
        const Sample sample = first[frame + c * samples_.channel_stride];
        *out++ = static_cast<float>(static_cast<double>(sample) * scale);
      }
    }
  }

  SampleView samples_;
  AudioInfo info_;
  std::size_t done_ = 0;
};

}  // namespace

Result<std::unique_ptr<Decoder>> open_samples(const SampleView& samples, const DecodeLimits& limits) {
  auto decoder = std::make_unique<SampleDecoder>(samples);
  if (auto allowed = check_format(decoder->info(), limits); !allowed) {
    return tl::unexpected(std::move(allowed.error()));
  }
  if (samples.frames == 0) return fail(ErrorKind::too_short, "There is not one sample.");
  const double seconds = static_cast<double>(samples.frames) / samples.sample_rate_hz;
  if (limits.max_seconds > 0 && seconds > limits.max_seconds) {
    return fail(ErrorKind::too_long,
                fmt::format("It is longer than the {:.1f} s allowed.", limits.max_seconds));
  }
  return decoder;
}

}  // namespace hitscope
