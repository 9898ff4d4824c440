// Telling a destroyed block of a lossy codec from a loud one.
//
// One flipped bit in a gain field can decode to thousands of times full scale. No encoder writes a peak above
// 8 (18 dB over full scale), so such a block is noise that would drown the loudness of the whole track, and
// silence is the better guess. Never used on PCM and lossless codecs, whose every value is meant.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

namespace hitscope {

// Returns whether the block was destroyed, and is now silence. NaN counts as destroyed.
inline bool silence_if_destroyed(std::span<float> samples) {
  constexpr float kHighestPeak = 8.0F;
  // Without their sign, floats order like their bits, and a maximum of integers vectorises: 5 % of the
  // decoding of an MP3 would go here otherwise.
  constexpr std::int32_t kWithoutSign = 0x7FFFFFFF;
  std::int32_t highest = 0;
  for (const float sample : samples)
    highest = std::max(highest, std::bit_cast<std::int32_t>(sample) & kWithoutSign);
  const bool destroyed = highest > std::bit_cast<std::int32_t>(kHighestPeak);
  if (destroyed) std::ranges::fill(samples, 0.0F);
  return destroyed;
}

}  // namespace hitscope
