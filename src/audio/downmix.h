// Many channels to one: the plain mean, as librosa's to_mono() does it (no weights by speaker, so that every
// channel counts and the result never exceeds full scale).
#pragma once

#include <span>

namespace hitscope {

// interleaved.size() must be channels * mono.size(). Writes mono; allocates nothing.
void downmix(std::span<const float> interleaved, int channels, std::span<float> mono);

}  // namespace hitscope
