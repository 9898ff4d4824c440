// Highway compiles the part between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set by
// including this very file; HWY_DYNAMIC_DISPATCH picks the best one for the processor at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dsp/constant_q.cpp"
#include <hwy/foreach_target.h>
// clang-format off: highway.h must follow foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "dsp/constant_q.h"

#ifndef HITSCOPE_DSP_CONSTANT_Q_ONCE
#define HITSCOPE_DSP_CONSTANT_Q_ONCE
namespace hitscope {
namespace {

// The kernels of an octave stand in groups of eight neighbouring bins, the lanes of a vector. Within a group:
// for every distance n = 0, 1, ... from the centre, eight cosine taps and eight sine taps. A group is as long
// as its lowest bin needs. The last group is filled up with zeros.
constexpr std::size_t kLanes = 8;
constexpr std::size_t kGroups = (ConstantQ::kBinsPerOctave + kLanes - 1) / kLanes;
constexpr std::size_t kFramesAtOnce = 4;

// Highest rate at which an octave is analysed, and its lowest frequency there.
constexpr double kTopRateHz = ConstantQ::kSampleRateHz / 2;
constexpr double kTopMinHz = ConstantQ::kMinHz * (1U << (ConstantQ::kOctaves - 1));

double quality() {
  const double ratio = std::exp2(2.0 / static_cast<double>(ConstantQ::kBinsPerOctave));
  return (ratio + 1) / (ratio - 1);
}

double kernel_length(std::size_t bin) {
  const double hz =
      kTopMinHz * std::exp2(static_cast<double>(bin) / static_cast<double>(ConstantQ::kBinsPerOctave));
  return quality() * kTopRateHz / hz;
}

// Taps on one side of the centre, the centre included.
std::size_t half_taps(std::size_t group) {
  return static_cast<std::size_t>(std::ceil(kernel_length(group * kLanes) / 2));
}

}  // namespace
}  // namespace hitscope
#endif

HWY_BEFORE_NAMESPACE();
namespace hitscope::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// even and odd: kFramesAtOnce rows of taps[0] values, by distance from the centre. magnitudes: as many rows
// of kGroups * kLanes.
void apply_kernels(const float* HWY_RESTRICT kernels, const std::size_t* HWY_RESTRICT taps,
                   const float* HWY_RESTRICT even, const float* HWY_RESTRICT odd,
                   float* HWY_RESTRICT magnitudes) {
  const hn::CappedTag<float, kLanes> d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t stride = taps[0];
  for (std::size_t group = 0; group < kGroups; ++group) {
    for (std::size_t lane = 0; lane < kLanes; lane += lanes) {
      auto re0 = hn::Zero(d), re1 = hn::Zero(d), re2 = hn::Zero(d), re3 = hn::Zero(d);
      auto im0 = hn::Zero(d), im1 = hn::Zero(d), im2 = hn::Zero(d), im3 = hn::Zero(d);
      for (std::size_t n = 0; n < taps[group]; ++n) {
        // Not MulAdd: with it the result would depend on whether the processor fuses.
        const auto cosine = hn::LoadU(d, kernels + n * 2 * kLanes + lane);
        const auto sine = hn::LoadU(d, kernels + n * 2 * kLanes + kLanes + lane);

        re0 = hn::Add(re0, hn::Mul(cosine, hn::Set(d, even[n])));
        re1 = hn::Add(re1, hn::Mul(cosine, hn::Set(d, even[n + stride])));
        re2 = hn::Add(re2, hn::Mul(cosine, hn::Set(d, even[n + 2 * stride])));
        re3 = hn::Add(re3, hn::Mul(cosine, hn::Set(d, even[n + 3 * stride])));
        im0 = hn::Add(im0, hn::Mul(sine, hn::Set(d, odd[n])));
        im1 = hn::Add(im1, hn::Mul(sine, hn::Set(d, odd[n + stride])));
        im2 = hn::Add(im2, hn::Mul(sine, hn::Set(d, odd[n + 2 * stride])));
        im3 = hn::Add(im3, hn::Mul(sine, hn::Set(d, odd[n + 3 * stride])));
      }
      const auto store = [&](std::size_t frame, auto re, auto im) {
        hn::StoreU(hn::Sqrt(hn::Add(hn::Mul(re, re), hn::Mul(im, im))), d,
                   magnitudes + frame * kGroups * kLanes + group * kLanes + lane);
      };
      store(0, re0, im0);
      store(1, re1, im1);
      store(2, re2, im2);
      store(3, re3, im3);
    }
    kernels += taps[group] * 2 * kLanes;
  }
}

}  // namespace hitscope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hitscope {

HWY_EXPORT(apply_kernels);

namespace {

std::array<std::size_t, kGroups> group_taps() {
  std::array<std::size_t, kGroups> taps{};
  for (std::size_t group = 0; group < kGroups; ++group) taps[group] = half_taps(group);
  return taps;
}

std::vector<float> make_kernels() {
  std::vector<float> kernels;
  for (std::size_t group = 0; group < kGroups; ++group) {
    const std::size_t taps = half_taps(group);
    const std::size_t base = kernels.size();
    kernels.resize(base + taps * 2 * kLanes);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const std::size_t bin = group * kLanes + lane;
      if (bin >= ConstantQ::kBinsPerOctave) break;
      const double length = kernel_length(bin);
      const auto hann = [length](double n) {
        return n < length / 2 ? 0.5 + 0.5 * std::cos(2 * std::numbers::pi * n / length) : 0.0;
      };
      double norm = hann(0);
      for (std::size_t n = 1; n < taps; ++n) norm += 2 * hann(static_cast<double>(n));
      // Octave by octave the scale grows by sqrt(2): the caller multiplies.
      const double scale = std::sqrt(length * ConstantQ::kSampleRateHz / kTopRateHz) / norm;
      const double radians = 2 * std::numbers::pi * quality() / length;
      for (std::size_t n = 0; n < taps; ++n) {
        const auto position = static_cast<double>(n);
        float* const at = kernels.data() + base + n * 2 * kLanes + lane;
        at[0] = static_cast<float>(scale * hann(position) * std::cos(radians * position));
        at[kLanes] = static_cast<float>(scale * hann(position) * std::sin(radians * position));
      }
    }
  }
  return kernels;
}

// Hops between the frames computed of an octave, highest octave first.
constexpr std::array<std::size_t, ConstantQ::kOctaves> kStrides = {1, 1, 1, 2, 4, 4, 4};

// Computed frames that an octave keeps: as many as it may be ahead of the slowest, and a chunk's more.
constexpr std::size_t kRing = 64;

std::span<float> ring_slot(std::vector<float>& frames, std::size_t index) {
  return std::span(frames).subspan(index % kRing * ConstantQ::kBinsPerOctave, ConstantQ::kBinsPerOctave);
}

}  // namespace

ConstantQ::ConstantQ(FrameSink sink)
    : sink_(std::move(sink)),
      kernels_(make_kernels()),
      chunk_(kChunk),
      // The cascade is late by kDelay samples at every rate if its input is, too.
      chunk_filled_(HalfBandDecimator::kDelay),
      frame_limit_(std::numeric_limits<std::size_t>::max()),
      frame_(kBins),
      even_(half_taps(0) * kFramesAtOnce),
      odd_(half_taps(0) * kFramesAtOnce),
      magnitudes_(kFramesAtOnce * kGroups * kLanes) {
  for (std::size_t o = 0; o < kOctaves; ++o) {
    const std::size_t stride = kStrides[o];
    const std::size_t step = stride * (kHop >> (o + 1));
    const std::size_t lag = (half_taps(0) + HalfBandDecimator::kDelay - 1) / step;
    // From half a kernel before the first centre of a chunk's frames to the newest sample.
    const std::size_t length =
        half_taps(0) + (kChunkFrames / stride + lag) * step - HalfBandDecimator::kDelay;
    octaves_.push_back({HalfBandDecimator(kChunk >> o), std::vector<float>(length), stride, step, lag,
                        std::vector<float>(kRing * kBinsPerOctave)});
  }
}

void ConstantQ::push(std::span<const float> samples) {
  samples_pushed_ += samples.size();
  while (!samples.empty()) {
    const std::size_t n = std::min(samples.size(), kChunk - chunk_filled_);
    std::copy_n(samples.begin(), n, chunk_.begin() + static_cast<std::ptrdiff_t>(chunk_filled_));
    chunk_filled_ += n;
    samples = samples.subspan(n);
    if (chunk_filled_ == kChunk) process_chunk();
  }
}

void ConstantQ::finish() {
  frame_limit_ = samples_pushed_ == 0 ? 0 : 1 + samples_pushed_ / kHop;
  while (frames_emitted_ < frame_limit_) {
    std::fill(chunk_.begin() + static_cast<std::ptrdiff_t>(chunk_filled_), chunk_.end(), 0.0F);
    process_chunk();
  }
}

void ConstantQ::process_chunk() {
  std::span<const float> above = chunk_;
  // A kernel an octave lower is twice as long at 22,050 Hz.
  double scale = 1;
  for (Octave& octave : octaves_) {
    const std::size_t fresh = above.size() / 2;
    std::copy(octave.samples.begin() + static_cast<std::ptrdiff_t>(fresh), octave.samples.end(),
              octave.samples.begin());
    const std::span<float> newest = std::span(octave.samples).last(fresh);
    octave.decimator.process(above, newest);
    analyse(octave, static_cast<float>(scale));
    above = newest;
    scale *= std::numbers::sqrt2;
  }
  ++chunks_done_;
  chunk_filled_ = 0;
  emit_complete();
}

// Computes a chunk's frames of one octave, kFramesAtOnce at a time.
void ConstantQ::analyse(Octave& octave, float scale) {
  static const std::array<std::size_t, kGroups> taps = group_taps();
  const std::size_t count = kChunkFrames / octave.stride;
  for (std::size_t first = 0; first < count; first += kFramesAtOnce) {
    for (std::size_t f = 0; f < kFramesAtOnce; ++f) {
      const float* const centre = octave.samples.data() + taps[0] + (first + f) * octave.step;
      float* const even = even_.data() + f * taps[0];
      float* const odd = odd_.data() + f * taps[0];
      even[0] = centre[0];
      odd[0] = 0;
      for (std::size_t n = 1; n < taps[0]; ++n) {
        const float after = centre[n];
        const float before = *(centre - n);
        even[n] = after + before;
        odd[n] = after - before;
      }
    }
    HWY_DYNAMIC_DISPATCH(apply_kernels)
    (kernels_.data(), taps.data(), even_.data(), odd_.data(), magnitudes_.data());
    for (std::size_t f = 0; f < kFramesAtOnce; ++f) {
      const std::size_t ahead = chunks_done_ * count + first + f;
      if (ahead < octave.lag) continue;  // centred before the stream begins
      const float* const from = magnitudes_.data() + f * kGroups * kLanes;
      const std::span<float> to = ring_slot(octave.frames, ahead - octave.lag);
      for (std::size_t bin = 0; bin < kBinsPerOctave; ++bin) to[bin] = from[bin] * scale;
    }
  }
}

void ConstantQ::emit_complete() {
  std::size_t complete = frame_limit_;
  for (const Octave& octave : octaves_) {
    const std::size_t begun = chunks_done_ * (kChunkFrames / octave.stride);
    // The last computed frame needs no successor to interpolate towards.
    complete = std::min(complete, begun > octave.lag ? (begun - octave.lag - 1) * octave.stride + 1 : 0);
  }
  for (; frames_emitted_ < complete; ++frames_emitted_) {
    assemble(frames_emitted_);
    sink_(frame_);
  }
}

void ConstantQ::assemble(std::size_t frame) {
  for (std::size_t o = 0; o < kOctaves; ++o) {
    Octave& octave = octaves_[o];
    const std::span<float> to =
        std::span(frame_).subspan((kOctaves - 1 - o) * kBinsPerOctave, kBinsPerOctave);
    const std::span<const float> before = ring_slot(octave.frames, frame / octave.stride);
    const std::size_t between = frame % octave.stride;
    if (between == 0) {
      std::copy(before.begin(), before.end(), to.begin());
      continue;
    }
    const std::span<const float> after = ring_slot(octave.frames, frame / octave.stride + 1);
    const float part = static_cast<float>(between) / static_cast<float>(octave.stride);
    for (std::size_t bin = 0; bin < kBinsPerOctave; ++bin)
      to[bin] = before[bin] + part * (after[bin] - before[bin]);
  }
}

}  // namespace hitscope
#endif
