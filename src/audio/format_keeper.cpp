#include "audio/format_keeper.h"

#include <algorithm>
#include <cstddef>

#include "audio/downmix.h"

namespace hitscope {

std::span<const float> FormatKeeper::convert(std::span<const float> interleaved, int sample_rate_hz,
                                             int channels) {
  if (sample_rate_hz == rate_ && channels == channels_ && !resampler_) return interleaved;
  converted_ = true;
  out_.clear();

  if (resampler_ && sample_rate_hz != resampled_rate_) {
    const auto rest = resampler_->flush();
    out_.insert(out_.end(), rest.begin(), rest.end());
    resampler_.reset();
  }

  if (channels != channels_) {
    const std::size_t frames = interleaved.size() / static_cast<std::size_t>(channels);
    const auto width = static_cast<std::size_t>(channels_);
    remixed_.resize(frames * width);
    const std::span<float> mono = std::span(remixed_).last(frames);
    downmix(interleaved, channels, mono);
    // mono lies at the end of the same buffer: each frame is spread out before it is overwritten.
    for (std::size_t i = 0; i < frames; ++i) {
      const float value = mono[i];
      std::fill_n(remixed_.begin() + static_cast<std::ptrdiff_t>(i * width), width, value);
    }
    interleaved = remixed_;
  }

  if (sample_rate_hz != rate_) {
    if (!resampler_) {
      resampler_.emplace(sample_rate_hz, rate_, channels_);
      resampled_rate_ = sample_rate_hz;
    }
    interleaved = resampler_->process(interleaved);
  }
  out_.insert(out_.end(), interleaved.begin(), interleaved.end());
  return out_;
}

std::span<const float> FormatKeeper::flush() {
  if (!resampler_) return {};
  const auto rest = resampler_->flush();
  out_.assign(rest.begin(), rest.end());
  resampler_.reset();
  return out_;
}

}  // namespace hitscope
