// Cuts a stream into overlapping, centred frames: frame t is centred on sample t * hop, as librosa frames
// with center=True. What lies before the first and after the last sample is zero. A stream of n samples
// gives 1 + n / hop frames, whatever the sizes of the blocks it comes in.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hitscope {

class Framer {
 public:
  Framer(std::size_t frame_length, std::size_t hop_length);

  // Calls sink(std::span<const float> frame) for every frame that is complete.
  template <typename Sink>
  void push(std::span<const float> samples, Sink&& sink) {
    while (!samples.empty()) {
      const std::size_t taken = append(samples);
      samples = samples.subspan(taken);
      if (filled_ == frame_length_) {
        sink(std::span<const float>(buffer_.data() + start_, frame_length_));
        advance();
      }
    }
  }

  // Pads the end with zeros and emits the remaining frames.
  template <typename Sink>
  void finish(Sink&& sink) {
    const std::size_t total = 1 + seen_ / hop_length_;
    while (emitted_ < total) {
      pad();
      sink(std::span<const float>(buffer_.data() + start_, frame_length_));
      advance();
    }
  }

 private:
  std::size_t append(std::span<const float> samples);
  void pad();  // fills the frame up with zeros
  void advance();

  std::size_t frame_length_;
  std::size_t hop_length_;
  std::vector<float>
      buffer_;  // the frame slides through it and is moved to the front when it reaches the end
  std::size_t start_ = 0;
  std::size_t filled_;
  std::size_t seen_ = 0;
  std::size_t emitted_ = 0;
};

}  // namespace hitscope
