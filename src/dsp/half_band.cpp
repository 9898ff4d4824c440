// Highway compiles the part between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set by
// including this very file; HWY_DYNAMIC_DISPATCH picks the best one for the processor at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dsp/half_band.cpp"
#include <hwy/foreach_target.h>
// clang-format off: highway.h must follow foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include "dsp/half_band.h"

#include <algorithm>
#include <cmath>
#include <numbers>

HWY_BEFORE_NAMESPACE();
namespace hitscope::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Splits pairs of neighbours: first[i] = interleaved[2 i], second[i] = interleaved[2 i + 1].
void split_pairs(const float* HWY_RESTRICT interleaved, std::size_t pairs, float* HWY_RESTRICT first,
                 float* HWY_RESTRICT second) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= pairs; i += lanes) {
    auto a = hn::Undefined(d);
    auto b = hn::Undefined(d);
    hn::LoadInterleaved2(d, interleaved + 2 * i, a, b);
    hn::StoreU(a, d, first + i);
    hn::StoreU(b, d, second + i);
  }
  for (; i < pairs; ++i) {
    first[i] = interleaved[2 * i];
    second[i] = interleaved[2 * i + 1];
  }
}

// even and odd point at the oldest sample that the first output reaches. Every output adds its terms in the
// same order, and without fused multiply-add, whatever the block and the processor.
template <class D>
HWY_INLINE void filter_lanes(D d, const float* HWY_RESTRICT taps, const float* HWY_RESTRICT even,
                             const float* HWY_RESTRICT odd, float* HWY_RESTRICT output) {
  constexpr std::size_t kPairs = HalfBandDecimator::kPairs;
  auto sum = hn::Mul(hn::Set(d, 0.5F), hn::LoadU(d, even));
  for (std::size_t j = 0; j < kPairs; ++j) {
    const auto before = hn::LoadU(d, odd + (kPairs - 1 - j));
    const auto after = hn::LoadU(d, odd + (kPairs + j));
    sum = hn::Add(sum, hn::Mul(hn::Set(d, taps[j]), hn::Add(before, after)));
  }
  hn::StoreU(sum, d, output);
}

void filter(const float* HWY_RESTRICT taps, const float* HWY_RESTRICT even, const float* HWY_RESTRICT odd,
            float* HWY_RESTRICT output, std::size_t count) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t m = 0;
  for (; m + lanes <= count; m += lanes) filter_lanes(d, taps, even + m, odd + m, output + m);
  const hn::CappedTag<float, 1> one;
  for (; m < count; ++m) filter_lanes(one, taps, even + m, odd + m, output + m);
}

}  // namespace hitscope::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hitscope {

HWY_EXPORT(split_pairs);
HWY_EXPORT(filter);

namespace {

constexpr double kKaiserBeta = 6.755;
constexpr std::size_t kEvenPast = HalfBandDecimator::kPairs - 1;
constexpr std::size_t kOddPast = 2 * HalfBandDecimator::kPairs - 1;

// The modified Bessel function I0 by its power series; converges fast for the small x of a Kaiser window.
double bessel_i0(double x) {
  double term = 1;
  double sum = 1;
  for (int k = 1; term > sum * 1e-17; ++k) {
    const double factor = x / (2.0 * k);
    term *= factor * factor;
    sum += term;
  }
  return sum;
}

}  // namespace

std::array<float, HalfBandDecimator::kPairs> HalfBandDecimator::taps() {
  std::array<double, kPairs> ideal{};
  double sum = 0;
  for (std::size_t j = 0; j < kPairs; ++j) {
    const auto distance = static_cast<double>(2 * j + 1);
    const double position = distance / static_cast<double>(2 * kPairs);
    const double window =
        bessel_i0(kKaiserBeta * std::sqrt(1 - position * position)) / bessel_i0(kKaiserBeta);
    ideal[j] = window * std::sin(std::numbers::pi * distance / 2) / (std::numbers::pi * distance);
    sum += ideal[j];
  }
  std::array<float, kPairs> taps{};
  for (std::size_t j = 0; j < kPairs; ++j) taps[j] = static_cast<float>(ideal[j] * 0.25 / sum);
  return taps;
}

HalfBandDecimator::HalfBandDecimator(std::size_t max_input)
    : taps_(taps()), even_(kEvenPast + max_input / 2), odd_(kOddPast + max_input / 2) {}

void HalfBandDecimator::process(std::span<const float> input, std::span<float> output) {
  const std::size_t n = output.size();
  float* const even = even_.data();
  float* const odd = odd_.data();
  HWY_DYNAMIC_DISPATCH(split_pairs)(input.data(), n, even + kEvenPast, odd + kOddPast);
  HWY_DYNAMIC_DISPATCH(filter)(taps_.data(), even, odd, output.data(), n);
  std::copy_n(even + n, kEvenPast, even);
  std::copy_n(odd + n, kOddPast, odd);
}

}  // namespace hitscope
#endif
