// Any bytes as a Spectral DNA file: either refused as corrupt, or encoding what was read gives them back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "features/spectral_dna.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto dna = hitscope::decode_dna(bytes);
  if (!dna) {
    if (dna.error().kind != hitscope::ErrorKind::corrupt) std::abort();
    return 0;
  }
  const auto again = hitscope::encode_dna(*dna);
  if (!std::ranges::equal(again, bytes)) std::abort();
  return 0;
}
