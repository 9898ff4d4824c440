#include "features/dna_builder.h"

#include <algorithm>
#include <cmath>

#include "dsp/mel.h"
#include "features/spectrum.h"

namespace hitscope {

namespace {

constexpr DnaScale kRmsScale{-72.0F, 0.0F};
constexpr DnaScale kCentroidScale{5.0F, 13.43F};
constexpr DnaScale kOnsetScale{0.0F, 16.0F};
constexpr DnaScale kChromaScale{0.0F, 1.0F};
constexpr DnaScale kBandScale{-96.0F, 0.0F};
constexpr double kSilenceDb = -200.0;

// Power of a full-scale sine, spread over the bins of the Hann window's main lobe: sum |X|^2 = N^2 * 3 / 32.
constexpr double kFullScaleSinePower = static_cast<double>(kFftSize) * kFftSize * 3.0 / 32.0;

// First bin of each of the bands, mel-spaced; each takes at least one bin of its own.
std::array<std::size_t, kDnaBands + 1> band_edges() {
  std::array<std::size_t, kDnaBands + 1> edges{};
  const double top = hz_to_mel(kAnalysisRateHz / 2.0);
  for (std::size_t band = 0; band <= kDnaBands; ++band) {
    const double hz = mel_to_hz(top * static_cast<double>(band) / kDnaBands);
    edges[band] = static_cast<std::size_t>(std::lround(hz / kBinHz));
    if (band > 0) edges[band] = std::max(edges[band], edges[band - 1] + 1);
  }
  edges[kDnaBands] = kSpectrumBins;
  return edges;
}

std::uint8_t quantise(double value, const DnaScale& scale) {
  const double minimum = static_cast<double>(scale.minimum);
  const double share = (value - minimum) / (static_cast<double>(scale.maximum) - minimum);
  return static_cast<std::uint8_t>(std::lround(std::clamp(share, 0.0, 1.0) * 255.0));
}

double decibels(double power) {
  return power > 0 ? 10 * std::log10(power) : kSilenceDb;
}

}  // namespace

void DnaBuilder::push(const DnaFrame& frame, std::span<const float> power) {
  static const auto kEdges = band_edges();
  Row& row = rows_.emplace_back();
  row[0] = quantise(decibels(frame.rms * frame.rms), kRmsScale);
  row[1] = quantise(std::log2(std::max(frame.centroid_hz, 1.0)), kCentroidScale);
  row[2] = quantise(frame.onset_db, kOnsetScale);
  for (std::size_t band = 0; band < kDnaBands; ++band) {
    double sum = 0;
    for (std::size_t k = kEdges[band]; k < kEdges[band + 1]; ++k) sum += static_cast<double>(power[k]);
    row[3 + band] = quantise(decibels(sum / kFullScaleSinePower), kBandScale);
  }
}

SpectralDna DnaBuilder::finish(std::span<const std::array<std::uint8_t, kDnaChroma>> chroma) const {
  SpectralDna dna;
  dna.frames = static_cast<std::uint32_t>(rows_.size());
  dna.scales.fill(kBandScale);
  dna.scales[0] = kRmsScale;
  dna.scales[1] = kCentroidScale;
  dna.scales[2] = kOnsetScale;
  std::fill_n(dna.scales.begin() + 3, kDnaChroma, kChromaScale);
  dna.values.resize(rows_.size() * kDnaSeries);
  for (std::size_t frame = 0; frame < rows_.size(); ++frame) {
    for (std::size_t series = 0; series < 3; ++series)
      dna.values[series * dna.frames + frame] = rows_[frame][series];
    for (std::size_t row = 0; row < kDnaChroma; ++row) {
      const std::uint8_t value =
          chroma.empty() ? std::uint8_t{0} : chroma[std::min(frame, chroma.size() - 1)][row];
      dna.values[(3 + row) * dna.frames + frame] = value;
    }
    for (std::size_t band = 0; band < kDnaBands; ++band) {
      dna.values[(3 + kDnaChroma + band) * dna.frames + frame] = rows_[frame][3 + band];
    }
  }
  return dna;
}

}  // namespace hitscope
