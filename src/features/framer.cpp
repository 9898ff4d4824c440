#include "features/framer.h"

#include <algorithm>

namespace hitscope {

Framer::Framer(std::size_t frame_length, std::size_t hop_length)
    : frame_length_(frame_length),
      hop_length_(hop_length),
      buffer_(8 * frame_length, 0.0F),
      filled_(frame_length / 2) {}

std::size_t Framer::append(std::span<const float> samples) {
  const std::size_t count = std::min(samples.size(), frame_length_ - filled_);
  std::copy_n(samples.begin(), count, buffer_.begin() + static_cast<std::ptrdiff_t>(start_ + filled_));
  filled_ += count;
  seen_ += count;
  return count;
}

void Framer::pad() {
  std::fill_n(buffer_.begin() + static_cast<std::ptrdiff_t>(start_ + filled_), frame_length_ - filled_, 0.0F);
  filled_ = frame_length_;
}

void Framer::advance() {
  ++emitted_;
  start_ += hop_length_;
  filled_ -= hop_length_;
  if (start_ + frame_length_ > buffer_.size()) {
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(start_), filled_, buffer_.begin());
    start_ = 0;
  }
}

}  // namespace hitscope
