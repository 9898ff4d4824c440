// Prints what the tempo estimator sees of each file, one line a candidate: path, bpm, then the evidence, as
// comma-separated values. train.py learns src/features/tempo_weights.h from it, so that the weights fit
// the very numbers they will meet.
// usage: hitscope-tempo-evidence FILE...
#include <fmt/format.h>

#include <cstdio>
#include <vector>

#include "audio/decoder.h"
#include "audio/downmix.h"
#include "audio/resampler.h"
#include "features/framer.h"
#include "features/log_mel.h"
#include "features/novelty.h"
#include "features/spectrum.h"
#include "features/tempo_evidence.h"

namespace hitscope {
namespace {

Result<Novelty> novelty_of(const char* path) {
  auto source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  auto decoder = open_decoder(std::move(*source));
  if (!decoder) return tl::unexpected(decoder.error());
  const int channels = (*decoder)->info().channels;
  std::vector<float> interleaved(4096 * static_cast<std::size_t>(channels));
  std::vector<float> mono(4096);
  Resampler resampler((*decoder)->info().sample_rate_hz, kAnalysisRateHz);
  Framer framer(kFftSize, kHopLength);
  Spectrum spectrum;
  LogMel log_mel;
  Novelty novelty;
  const auto measure = [&](std::span<const float> frame) {
    spectrum.compute(frame);
    log_mel.compute(spectrum.power());
    novelty.push(log_mel.decibels(), log_mel.floor_db());
  };
  while (true) {
    const auto frames = (*decoder)->read(interleaved);
    if (!frames) return tl::unexpected(frames.error());
    if (*frames == 0) break;
    const auto mixed = std::span(mono).first(*frames);
    downmix(std::span(interleaved).first(*frames * static_cast<std::size_t>(channels)), channels, mixed);
    framer.push(resampler.process(mixed), measure);
  }
  framer.push(resampler.flush(), measure);
  framer.finish(measure);
  return novelty;
}

}  // namespace
}  // namespace hitscope

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const auto novelty = hitscope::novelty_of(argv[i]);
    if (!novelty) {
      fmt::print(stderr, "{}: {}\n", argv[i], novelty.error().message);
      continue;
    }
    for (const auto& tempo : hitscope::tempo_evidence(*novelty)) {
      fmt::print("{},{:.6f},{:.6g}\n", argv[i], tempo.bpm, fmt::join(tempo.evidence, ","));
    }
  }
  return 0;
}
