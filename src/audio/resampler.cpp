#include "audio/resampler.h"

#include <soxr.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hitscope {

void Resampler::Delete::operator()(soxr* handle) const {
  soxr_delete(handle);
}

Resampler::Resampler(int rate_in_hz, int rate_out_hz, int channels)
    : ratio_(static_cast<double>(rate_out_hz) / static_cast<double>(rate_in_hz)),
      channels_(static_cast<std::size_t>(channels)) {
  if (rate_in_hz == rate_out_hz) return;
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  handle_.reset(soxr_create(rate_in_hz, rate_out_hz, static_cast<unsigned>(channels), nullptr, nullptr,
                            &quality, nullptr));
}

// Feeds all of `in` (nullptr: the end) and collects at out_'s front; returns frames.
std::size_t Resampler::run(const float* in, std::size_t frames) {
  constexpr std::size_t kSlackFrames = 8192;
  const std::size_t room =
      static_cast<std::size_t>(std::ceil(static_cast<double>(frames) * ratio_)) + kSlackFrames;
  if (out_.size() < room * channels_) out_.resize(room * channels_);
  std::size_t done = 0;
  std::size_t fed = 0;
  for (;;) {
    if (out_.size() - done * channels_ < kSlackFrames / 2 * channels_) out_.resize(out_.size() * 2);
    std::size_t taken = 0;
    std::size_t given = 0;
    soxr_process(handle_.get(), in == nullptr ? nullptr : in + fed * channels_, frames - fed, &taken,
                 out_.data() + done * channels_, out_.size() / channels_ - done, &given);
    fed += taken;
    done += given;
    if (taken == 0 && given == 0) return done;
    if (in != nullptr && fed == frames && done * channels_ < out_.size()) return done;
  }
}

std::span<const float> Resampler::process(std::span<const float> interleaved) {
  if (!handle_) return interleaved;
  if (interleaved.empty()) return {};
  const std::size_t frames = interleaved.size() / channels_;
  frames_in_ += frames;
  const std::size_t done = run(interleaved.data(), frames);
  frames_out_ += done;
  return std::span<const float>(out_).first(done * channels_);
}

std::span<const float> Resampler::flush() {
  if (!handle_) return {};
  std::size_t done = run(nullptr, 0);
  // libsoxr rounds the length to the nearest sample; librosa pads or cuts to the next whole one.
  const auto wanted = static_cast<std::uint64_t>(std::ceil(static_cast<double>(frames_in_) * ratio_));
  const auto missing = static_cast<std::size_t>(wanted - std::min(wanted, frames_out_));
  if (out_.size() < missing * channels_) out_.resize(missing * channels_);
  if (missing > done) {
    std::fill(out_.begin() + static_cast<std::ptrdiff_t>(done * channels_),
              out_.begin() + static_cast<std::ptrdiff_t>(missing * channels_), 0.0F);
  }
  done = missing;
  frames_out_ += done;
  return std::span<const float>(out_).first(done * channels_);
}

}  // namespace hitscope
