// A streaming change of sample rate, by libsoxr's "HQ" recipe (20 bit, linear phase, 0.913 of the band kept):
// what librosa.load() and python-soxr do to a whole signal, here block by block with the same samples out.
//
// The output is aligned with the input (no delay to compensate), its values do not depend on the size of the
// blocks, and its length is what librosa makes of it: ceil(frames * rate_out / rate_in). Equal rates pass
// samples through untouched.
//
// Life cycle: construct -> process() for each block -> flush() once. No allocation once the largest block
// has been seen.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

struct soxr;

namespace hitscope {

class Resampler {
 public:
  // Rates in Hz, from 1 up; channels are interleaved and resampled independently.
  Resampler(int rate_in_hz, int rate_out_hz, int channels = 1);

  // Returns the output that is ready so far, which may be none. It is valid until the next call.
  [[nodiscard]] std::span<const float> process(std::span<const float> interleaved);
  // Returns the rest. Nothing may follow.
  [[nodiscard]] std::span<const float> flush();

 private:
  struct Delete {
    void operator()(soxr* handle) const;
  };

  std::size_t run(const float* in, std::size_t frames);

  double ratio_;
  std::size_t channels_;
  std::unique_ptr<soxr, Delete> handle_;  // none: the rates are equal
  std::vector<float> out_;
  std::uint64_t frames_in_ = 0;
  std::uint64_t frames_out_ = 0;
};

}  // namespace hitscope
