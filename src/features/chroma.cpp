#include "features/chroma.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "features/track_features.h"

namespace hitscope {
namespace {

constexpr std::size_t kThirds = ConstantQ::kBinsPerOctave;

std::uint8_t quantise(float share) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(share, 0.0F, 1.0F) * 255.0F));
}

}  // namespace

ChromaStage::ChromaStage(bool keep_frames)
    : keep_frames_(keep_frames),
      transform_([this](std::span<const float> magnitudes) { take(magnitudes); }) {}

void ChromaStage::push(std::span<const float> samples) {
  samples_pushed_ += samples.size();
  transform_.push(samples);
}

void ChromaStage::take(std::span<const float> magnitudes) {
  std::array<float, kThirds> thirds{};
  for (std::size_t octave = 0; octave < ConstantQ::kOctaves; ++octave) {
    for (std::size_t i = 0; i < kThirds; ++i) thirds[i] += magnitudes[octave * kThirds + i];
  }
  // Bin 0 is C itself: its semitone is made of the last third, itself and the one above.
  std::array<float, 12> chroma{};
  for (std::size_t c = 0; c < 12; ++c) {
    chroma[c] = thirds[(3 * c + kThirds - 1) % kThirds] + thirds[3 * c] + thirds[3 * c + 1];
  }
  const float maximum = *std::max_element(chroma.begin(), chroma.end());
  const float scale = maximum > std::numeric_limits<float>::min() ? 1.0F / maximum : 0.0F;

  std::array<std::uint8_t, 12> row{};
  for (std::size_t c = 0; c < 12; ++c) {
    const float share = chroma[c] * scale;
    sum_[c] += static_cast<double>(share);
    row[c] = quantise(share);
  }
  pitches_.push(magnitudes);
  if (keep_frames_) frames_.push_back(row);
  ++frame_count_;
}

ChromaResult ChromaStage::finish(std::optional<double> tuning_cents) {
  transform_.finish();
  ChromaResult result;
  if (frame_count_ == 0) return result;

  result.mean.emplace();
  for (std::size_t c = 0; c < 12; ++c) (*result.mean)[c] = sum_[c] / static_cast<double>(frame_count_);

  result.evidence.slots = pitches_.finish();
  result.evidence.tuning_cents = tuning_cents.value_or(0.0);
  if (!keep_frames_) return result;
  const std::size_t rows = 1 + samples_pushed_ / kHopLength;
  static_assert(ConstantQ::kHop == 2 * kHopLength);
  result.frames.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto& before = frames_[i / 2];
    const auto& after = frames_[std::min((i + 1) / 2, frame_count_ - 1)];
    for (std::size_t c = 0; c < 12; ++c) {
      result.frames[i][c] = static_cast<std::uint8_t>((before[c] + after[c] + 1) / 2);
    }
  }
  return result;
}

}  // namespace hitscope
