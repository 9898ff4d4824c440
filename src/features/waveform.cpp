#include "features/waveform.h"

#include <algorithm>

namespace hitscope {

WaveformFrame Waveform::frame() const {
  double squares = 0;
  int crossings = -edge_crossings_.front();
  for (std::size_t hop = 0; hop < kHops; ++hop) {
    squares += squares_[hop];
    crossings += crossings_[hop] + edge_crossings_[hop];
  }
  return {std::sqrt(squares / kFftSize), static_cast<double>(crossings) / kFftSize};
}

void Waveform::shift() {
  std::shift_left(squares_.begin(), squares_.end(), 1);
  std::shift_left(crossings_.begin(), crossings_.end(), 1);
  std::shift_left(edge_crossings_.begin(), edge_crossings_.end(), 1);
  squares_.back() = 0;
  crossings_.back() = 0;
  edge_crossings_.back() = 0;
}

}  // namespace hitscope
