// The Spectral DNA: the compact per-frame series that the dashboard draws (DESIGN section 5,
// docs/formats.md).
//
// Planar u8 series at about 43 frames a second (hop 512 at 22,050 Hz): rms, centroid (log Hz), onset
// strength, 12 chroma rows, 24 mel-spaced bands. Each series has a scale {minimum, maximum}: value = minimum
// + (maximum - minimum) * u8 / 255. Units: rms full scale, centroid log2(Hz), onset and bands as stated in
// the format.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"

namespace hitscope {

inline constexpr std::size_t kDnaChroma = 12;
inline constexpr std::size_t kDnaBands = 24;
inline constexpr std::size_t kDnaSeries = 3 + kDnaChroma + kDnaBands;

struct DnaScale {
  float minimum = 0;
  float maximum = 1;
};

struct SpectralDna {
  float hop_seconds = 512.0F / 22050.0F;
  std::uint32_t frames = 0;
  std::array<DnaScale, kDnaSeries> scales{};
  std::vector<std::uint8_t> values;  // series-major: series s, frame f at s * frames + f

  [[nodiscard]] std::span<const std::uint8_t> series(std::size_t index) const {
    return std::span(values).subspan(index * frames, frames);
  }
};

// The binary form, magic "HDNA", little-endian.
[[nodiscard]] std::vector<std::byte> encode_dna(const SpectralDna& dna);
// Errors: corrupt (wrong magic, version, size; says which).
[[nodiscard]] Result<SpectralDna> decode_dna(std::span<const std::byte> bytes);

}  // namespace hitscope
