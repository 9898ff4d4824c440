#include "dsp/fft.h"

#include <kissfft/kiss_fftr.h>

#include <algorithm>

namespace hitscope {

namespace {

struct FreePlan {
  void operator()(kiss_fftr_cfg plan) const { kiss_fftr_free(plan); }
};
using Plan = std::unique_ptr<kiss_fftr_state, FreePlan>;

}  // namespace

struct RealFft::Plans {
  Plan forward;
  Plan inverse;
};

RealFft::RealFft(std::size_t size)
    : size_(size),
      plans_(std::make_unique<Plans>(
          Plans{Plan(kiss_fftr_alloc(static_cast<int>(size), 0, nullptr, nullptr)),
                Plan(kiss_fftr_alloc(static_cast<int>(size), 1, nullptr, nullptr))})) {}

RealFft::RealFft(RealFft&&) noexcept = default;
RealFft& RealFft::operator=(RealFft&&) noexcept = default;
RealFft::~RealFft() = default;

// kiss_fft_cpx is {float r, i}, the layout that the standard guarantees for std::complex<float>.
void RealFft::forward(std::span<const float> signal, std::span<std::complex<float>> spectrum) {
  kiss_fftr(plans_->forward.get(), signal.data(), reinterpret_cast<kiss_fft_cpx*>(spectrum.data()));
}

void RealFft::inverse(std::span<const std::complex<float>> spectrum, std::span<float> signal) {
  kiss_fftri(plans_->inverse.get(), reinterpret_cast<const kiss_fft_cpx*>(spectrum.data()), signal.data());
  const float scale = 1.0F / static_cast<float>(size_);
  std::ranges::for_each(signal, [scale](float& value) { value *= scale; });
}

}  // namespace hitscope
