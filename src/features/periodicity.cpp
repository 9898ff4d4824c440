#include "features/periodicity.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "dsp/fft.h"

namespace hitscope {

namespace {

constexpr std::size_t kWindow = kPeriodicityWindow;
constexpr std::size_t kStep = kWindow / 4;
constexpr std::size_t kAround = 43;  // frames, one second
constexpr double kSilentEnergy = 1e-9;
constexpr float kLeastOverlap =
    0.25F;  // long lags have few products; they are scaled up, but not without end

std::vector<float> accents(std::span<const float> novelty) {
  std::vector<float> result(novelty.size());
  double sum = 0;
  const std::size_t half = kAround / 2;
  for (std::size_t i = 0; i < std::min(half, novelty.size()); ++i) sum += static_cast<double>(novelty[i]);
  for (std::size_t i = 0; i < novelty.size(); ++i) {
    if (i + half < novelty.size()) sum += static_cast<double>(novelty[i + half]);
    if (i > half) sum -= static_cast<double>(novelty[i - half - 1]);
    result[i] = std::max(0.0F, novelty[i] - static_cast<float>(sum / kAround));
  }
  return result;
}

}  // namespace

Periodicity measure_periodicity(std::span<const float> novelty) {
  Periodicity result{std::vector<float>(kWindow), std::vector<float>(kPeriodicityBins)};
  const std::vector<float> series = accents(novelty);
  RealFft correlation_fft(2 * kWindow);
  RealFft spectrum_fft(8 * kWindow);
  std::vector<float> padded(8 * kWindow);
  std::vector<float> correlation(2 * kWindow);
  std::vector<std::complex<float>> bins(spectrum_fft.bins());
  std::vector<float> hann(kWindow);
  for (std::size_t i = 0; i < kWindow; ++i) {
    hann[i] = static_cast<float>(
        0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / (kWindow - 1)));
  }

  float windows = 0;
  for (std::size_t start = 0; start == 0 || start + kWindow <= series.size(); start += kStep) {
    const std::size_t length = std::min(kWindow, series.size() - start);
    std::ranges::fill(padded, 0.0F);
    std::copy_n(series.begin() + static_cast<std::ptrdiff_t>(start), length, padded.begin());
    const std::span<float> window = std::span(padded).first(kWindow);
    const double mean = std::accumulate(window.begin(), window.end(), 0.0) / kWindow;
    double energy = 0;
    for (float& value : window) {
      value -= static_cast<float>(mean);
      energy += static_cast<double>(value) * static_cast<double>(value);
    }
    if (energy <= kSilentEnergy) continue;
    ++windows;

    const std::span<std::complex<float>> half = std::span(bins).first(correlation_fft.bins());
    correlation_fft.forward(std::span(padded).first(2 * kWindow), half);
    for (std::complex<float>& bin : half) bin = std::norm(bin);
    correlation_fft.inverse(half, correlation);
    for (std::size_t lag = 0; lag < kWindow; ++lag) {
      result.autocorrelation[lag] += correlation[lag] / static_cast<float>(energy);
    }

    for (std::size_t i = 0; i < kWindow; ++i) window[i] *= hann[i];
    spectrum_fft.forward(padded, bins);
    const float scale = 1.0F / static_cast<float>(std::sqrt(energy * kWindow));
    for (std::size_t k = 0; k < bins.size(); ++k) result.spectrum[k] += std::abs(bins[k]) * scale;
  }
  if (windows == 0) return result;
  for (std::size_t lag = 0; lag < kWindow; ++lag) {
    const float overlap = 1.0F - static_cast<float>(lag) / kWindow;
    result.autocorrelation[lag] /= windows * std::max(kLeastOverlap, overlap);
  }
  for (float& value : result.spectrum) value /= windows;
  return result;
}

}  // namespace hitscope
