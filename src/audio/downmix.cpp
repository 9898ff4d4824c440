#include "audio/downmix.h"

#include <algorithm>
#include <cstddef>

namespace hitscope {

void downmix(std::span<const float> interleaved, int channels, std::span<float> mono) {
  if (channels == 1) {
    std::ranges::copy(interleaved, mono.begin());
    return;
  }
  if (channels == 2) {  // by far the most frequent, and this form is vectorised
    for (std::size_t i = 0; i < mono.size(); ++i)
      mono[i] = (interleaved[2 * i] + interleaved[2 * i + 1]) * 0.5F;
    return;
  }
  const auto width = static_cast<std::size_t>(channels);
  const auto divisor = static_cast<float>(channels);
  for (std::size_t i = 0; i < mono.size(); ++i) {
    float sum = 0.0F;
    for (std::size_t c = 0; c < width; ++c) sum += interleaved[i * width + c];
    mono[i] = sum / divisor;
  }
}

}  // namespace hitscope
