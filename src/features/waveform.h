// What is measured on the waveform itself, frame by frame: RMS and the zero-crossing rate.
//
// A centred frame of 2048 samples is four hops of 512, so each sample is looked at once: sums are kept per
// hop, and a frame adds up four of them. Definitions are librosa's:
//   rms: root of the mean square over the frame, zeros beyond the ends (full scale 1.0);
//   zero_crossing_rate: sign changes inside the frame / 2048, where |x| <= 1e-10 counts as +0 and nothing
//   crosses beyond the ends.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "features/track_features.h"

namespace hitscope {

struct WaveformFrame {
  double rms = 0;
  double zero_crossing_rate = 0;
};

class Waveform {
 public:
  // Calls sink(WaveformFrame) for every frame that is complete: frame t once hop t + 1 is full.
  template <typename Sink>
  void push(std::span<const float> samples, Sink&& sink) {
    for (const float sample : samples) {
      add(sample);
      if (++in_hop_ == kHopLength) close_hop(sink);
    }
  }

  template <typename Sink>
  void finish(Sink&& sink) {
    const std::size_t total = 1 + (hops_ * kHopLength + in_hop_) / kHopLength;
    while (emitted_ < total) close_hop(sink);
  }

 private:
  static constexpr std::size_t kHops = kFftSize / kHopLength;

  void add(float sample) {
    const bool negative = sample < -1e-10F;
    const bool crosses = !first_sample_ && negative != negative_;
    squares_[kHops - 1] += static_cast<double>(sample) * static_cast<double>(sample);
    // The frame that starts at this very sample does not see the crossing into it.
    if (in_hop_ == 0) {
      edge_crossings_[kHops - 1] = crosses ? 1 : 0;
    } else {
      crossings_[kHops - 1] += crosses ? 1 : 0;
    }
    negative_ = negative;
    first_sample_ = false;
  }

  template <typename Sink>
  void close_hop(Sink&& sink) {
    ++hops_;
    in_hop_ = 0;
    if (hops_ >= 2) {
      ++emitted_;
      sink(frame());
    }
    shift();
  }

  [[nodiscard]] WaveformFrame frame() const;
  void shift();

  // Sums of the last four hops, the one being filled last.
  std::array<double, kHops> squares_{};
  std::array<int, kHops> crossings_{};
  std::array<int, kHops> edge_crossings_{};
  std::size_t in_hop_ = 0;
  std::size_t hops_ = 0;
  std::size_t emitted_ = 0;
  bool negative_ = false;
  bool first_sample_ = true;
};

}  // namespace hitscope
