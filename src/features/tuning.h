// The tuning of a recording: by how many cents its notes lie above equal temperament on A4 = 440 Hz.
//
// In every spectrum the partials are found as local maxima between 150 and 4,000 Hz that reach a tenth of the
// frame's maximum, and placed between the bins by a parabola through three magnitudes. Each says how far it
// lies from the nearest semitone; the stronger half of them (above the median magnitude of the whole track)
// votes in a circular histogram of one cent. The answer is the crest of that histogram. This is the estimator
// of librosa.estimate_tuning, made streaming: magnitudes are kept as classes of 1.5 dB, so that the median
// can be taken at the end in fixed memory, and made steadier: the histogram is smoothed by the few cents by
// which neighbouring partials differ anyway, and the crest is placed by the centroid of its surroundings.
//
// Range: -50 .. +50 cents (what lies beyond is another note). Typical error on pitched music: 2 cents.
// Unknown (nullopt) without a single partial.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hitscope {

class Tuning {
 public:
  Tuning();

  // The magnitude spectrum of the next frame: kFftSize at kAnalysisRateHz, Hann window. One of four is looked
  // at: with a hop of 512 the others overlap it and would say the same.
  void push(std::span<const float> magnitude);

  [[nodiscard]] std::optional<double> finish() const;

 private:
  static constexpr std::size_t kCents = 100;

  std::vector<std::uint32_t> votes_;  // class of magnitude x cent
  std::size_t frame_ = 0;
};

}  // namespace hitscope
