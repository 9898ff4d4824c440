// The constant-Q transform, streaming: magnitudes at 36 bins an octave over seven octaves from C1.
//
// Idea. A bin an octave lower needs a window twice as long. Instead of longer windows every octave runs at
// half the sample rate of the one above it (a cascade of half-band decimators), so that one set of 36 kernels
// serves them all: Hann-windowed complex exponentials of length Q * rate / frequency, applied directly in the
// time domain, as a product of a small matrix with the frames. The Hann window and the cosine are even, the
// sine is odd: a frame is folded around its centre first, which halves the work.
//
// Definition (that of librosa.cqt with its defaults, without its tuning offset): bin b has the centre
// frequency min_hz * 2^(b / 36), Q = (r^2 + 1) / (r^2 - 1) with r = 2^(1 / 36), kernels normalised to unit L1
// norm and the magnitude scaled by the root of the kernel's length in samples at 22,050 Hz. A sine of
// amplitude A on a bin's centre so yields A / 2 * sqrt(Q * 22050 / frequency). The stream is taken to be zero
// before it begins and after it ends; frame t is centred on sample t * kHop, and n samples give 1 + n / kHop
// frames (none for n = 0).
//
// The long windows of the low octaves move slowly: octave by octave from the top, frames are computed every
// 1, 1, 1, 2, 4, 4, 4 hops (at most half a window of the octave's highest bin), and those between are
// interpolated.
//
// Limits: 22,050 Hz mono. The top octave is analysed at 11,025 Hz; the decimators alias at -69 dB.
// The values do not depend on the block sizes, nor on the vector unit: every kernel adds in the same order
// and without fused multiply-add everywhere.
//
// Sources: J. C. Brown, Calculation of a constant Q spectral transform, JASA 89, 1991; C. Schoerkhuber and
// A. Klapuri, Constant-Q transform toolbox for music processing, SMC 2010 (the cascade).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "dsp/half_band.h"

namespace hitscope {

class ConstantQ {
 public:
  static constexpr double kSampleRateHz = 22050;
  static constexpr double kMinHz = 32.70319566257483;  // C1 at A4 = 440 Hz
  static constexpr std::size_t kOctaves = 7;
  static constexpr std::size_t kBinsPerOctave = 36;
  static constexpr std::size_t kBins = kOctaves * kBinsPerOctave;
  static constexpr std::size_t kHop = 1024;

  // Called once a frame, in order, with kBins magnitudes, lowest frequency first.
  using FrameSink = std::function<void(std::span<const float> magnitudes)>;

  explicit ConstantQ(FrameSink sink);

  // Blocks of any size.
  void push(std::span<const float> samples);
  // Hands the sink the frames still under way. Nothing may be pushed afterwards.
  void finish();

 private:
  static constexpr std::size_t kChunkFrames = 16;
  static constexpr std::size_t kChunk = kChunkFrames * kHop;

  struct Octave {
    HalfBandDecimator decimator;  // from the rate above to this octave's
    std::vector<float> samples;   // the newest of this octave's stream, oldest first
    std::size_t stride = 0;       // hops between the frames that are computed
    std::size_t step = 0;         // the same in samples at this octave's rate
    std::size_t lag = 0;          // computed frames by which this octave is behind the input
    std::vector<float> frames;    // a ring of them
  };

  void process_chunk();
  void analyse(Octave& octave, float scale);
  void emit_complete();
  void assemble(std::size_t frame);

  FrameSink sink_;
  std::vector<Octave> octaves_;  // highest first
  std::vector<float> kernels_;   // see constant_q.cpp
  std::vector<float> chunk_;
  std::size_t chunk_filled_ = 0;
  std::size_t chunks_done_ = 0;
  std::size_t samples_pushed_ = 0;
  std::size_t frames_emitted_ = 0;
  std::size_t frame_limit_;   // frames the signal has, once its end is known
  std::vector<float> frame_;  // the one handed out
  std::vector<float> even_;   // a batch of frames folded around their centres
  std::vector<float> odd_;
  std::vector<float> magnitudes_;
};

}  // namespace hitscope
