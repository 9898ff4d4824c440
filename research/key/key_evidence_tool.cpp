// Prints what the key estimator sees of each file: path, the shapes and the clarity of KeyFeatures, as
// comma-separated values. train.py learns src/features/key_weights.h from it, so that the weights fit the
// very numbers they will meet.
// usage: hitscope-key-evidence FILE...
#include <fmt/format.h>

#include <cstdio>
#include <vector>

#include "audio/decoder.h"
#include "audio/downmix.h"
#include "audio/resampler.h"
#include "features/chroma.h"
#include "features/framer.h"
#include "features/key_features.h"
#include "features/spectrum.h"
#include "features/tuning.h"

namespace hitscope {
namespace {

Result<KeyFeatures> features_of(const char* path) {
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
  Tuning tuning;
  ChromaStage chroma;
  const auto look = [&](std::span<const float> frame) {
    spectrum.compute(frame);
    tuning.push(spectrum.magnitude());
  };
  const auto measure = [&](std::span<const float> samples) {
    chroma.push(samples);
    framer.push(samples, look);
  };
  while (true) {
    const auto frames = (*decoder)->read(interleaved);
    if (!frames) return tl::unexpected(frames.error());
    if (*frames == 0) break;
    const auto mixed = std::span(mono).first(*frames);
    downmix(std::span(interleaved).first(*frames * static_cast<std::size_t>(channels)), channels, mixed);
    measure(resampler.process(mixed));
  }
  measure(resampler.flush());
  framer.finish(look);
  return key_features(chroma.finish(tuning.finish()).evidence);
}

}  // namespace
}  // namespace hitscope

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const auto features = hitscope::features_of(argv[i]);
    if (!features) {
      fmt::print(stderr, "{}: {}\n", argv[i], features.error().message);
      continue;
    }
    fmt::print("{}", argv[i]);
    for (const auto& shape : features->shapes) fmt::print(",{:.6g}", fmt::join(shape, ","));
    fmt::print(",{:.6g}\n", fmt::join(features->clarity, ","));
  }
  return 0;
}
