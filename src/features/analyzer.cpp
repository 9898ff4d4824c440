#include "features/analyzer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "audio/downmix.h"
#include "audio/resampler.h"
#include "features/chroma.h"
#include "features/dna_builder.h"
#include "features/framer.h"
#include "features/key.h"
#include "features/log_mel.h"
#include "features/loudness.h"
#include "features/mfcc.h"
#include "features/moments.h"
#include "features/novelty.h"
#include "features/onset_rate.h"
#include "features/signal_health.h"
#include "features/spectral_shape.h"
#include "features/spectrum.h"
#include "features/tempo.h"
#include "features/tuning.h"
#include "features/waveform.h"

namespace hitscope {

namespace {

constexpr std::size_t kBlockFrames = 4096;  // samples per channel that travel the stages at a time

}  // namespace

struct Analyzer::Stages {
  Stages(int sample_rate_hz, int channel_count, const std::vector<std::string>& channel_layout,
         const AnalyzerOptions& options)
      : rate_hz(sample_rate_hz),
        channels(static_cast<std::size_t>(channel_count)),
        health(channel_count),
        loudness(sample_rate_hz, channel_count, channel_layout, options.true_peak),
        resampler(sample_rate_hz, kAnalysisRateHz),
        framer(kFftSize, kHopLength),
        chroma(options.dna),
        keep_dna(options.dna),
        block(kBlockFrames * channels),
        mono(kBlockFrames) {}

  void measure_block();
  void measure_mono(std::span<const float> samples);
  void measure_frame(std::span<const float> frame);

  int rate_hz;
  std::size_t channels;
  SignalHealth health;
  Loudness loudness;
  Resampler resampler;
  Waveform waveform;
  Framer framer;
  Spectrum spectrum;
  LogMel log_mel;
  Novelty novelty;
  MeanMfcc mfcc;
  ChromaStage chroma;
  Tuning tuning;
  DnaBuilder dna;
  bool keep_dna;

  // Samples travel the stages in blocks of one size, so that even rounding does not depend on the caller's.
  std::vector<float> block;
  std::size_t filled = 0;
  std::vector<float> mono;
  std::uint64_t frames = 0;

  // Waveform frames come one hop earlier than spectral ones; the DNA takes both together.
  std::vector<float> rms_frames;
  Moments rms;
  Moments zero_crossings;
  Moments centroid;
  Moments bandwidth;
  Moments rolloff;
};

Analyzer::Analyzer(int sample_rate_hz, int channels, const std::vector<std::string>& channel_layout,
                   const AnalyzerOptions& options)
    : stages_(std::make_unique<Stages>(sample_rate_hz, channels, channel_layout, options)) {}

Analyzer::Analyzer(Analyzer&&) noexcept = default;
Analyzer& Analyzer::operator=(Analyzer&&) noexcept = default;
Analyzer::~Analyzer() = default;

void Analyzer::push(std::span<const float> interleaved) {
  Stages& s = *stages_;
  while (!interleaved.empty()) {
    const std::size_t taken = std::min(interleaved.size(), s.block.size() - s.filled);
    std::ranges::copy(interleaved.first(taken), s.block.begin() + static_cast<std::ptrdiff_t>(s.filled));
    s.filled += taken;
    interleaved = interleaved.subspan(taken);
    if (s.filled == s.block.size()) s.measure_block();
  }
}

void Analyzer::Stages::measure_block() {
  const std::span<float> interleaved = std::span(block).first(filled);
  filled = 0;
  health.inspect(interleaved);
  loudness.push(interleaved);
  const std::span<float> mixed = std::span(mono).first(interleaved.size() / channels);
  downmix(interleaved, static_cast<int>(channels), mixed);
  frames += mixed.size();
  measure_mono(resampler.process(mixed));
}

void Analyzer::Stages::measure_mono(std::span<const float> samples) {
  waveform.push(samples, [this](const WaveformFrame& frame) {
    rms.add(frame.rms);
    zero_crossings.add(frame.zero_crossing_rate);
    if (keep_dna) rms_frames.push_back(static_cast<float>(frame.rms));
  });
  chroma.push(samples);
  framer.push(samples, [this](std::span<const float> frame) { measure_frame(frame); });
}

void Analyzer::Stages::measure_frame(std::span<const float> frame) {
  spectrum.compute(frame);
  const SpectralShape shape = spectral_shape(spectrum.magnitude());
  tuning.push(spectrum.magnitude());
  centroid.add(shape.centroid_hz);
  bandwidth.add(shape.bandwidth_hz);
  rolloff.add(shape.rolloff_hz);
  log_mel.compute(spectrum.power());
  mfcc.push(log_mel.decibels());
  novelty.push(log_mel.decibels(), log_mel.floor_db());
  if (!keep_dna) return;
  const std::size_t index = novelty.group(0).size() - 1;
  dna.push({static_cast<double>(rms_frames[index]), shape.centroid_hz,
            static_cast<double>(novelty.onset_strength())},
           spectrum.power());
}

Result<Analysis> Analyzer::finish() {
  Stages& s = *stages_;
  s.measure_block();
  s.measure_mono(s.resampler.flush());
  s.waveform.finish([&s](const WaveformFrame& frame) {
    s.rms.add(frame.rms);
    s.zero_crossings.add(frame.zero_crossing_rate);
    if (s.keep_dna) s.rms_frames.push_back(static_cast<float>(frame.rms));
  });
  s.framer.finish([&s](std::span<const float> frame) { s.measure_frame(frame); });

  const double duration_s = static_cast<double>(s.frames) / s.rate_hz;
  if (duration_s * kAnalysisRateHz < kFftSize) {
    return fail(ErrorKind::too_short,
                fmt::format("{:.3f} s of audio is too little to measure; {:.3f} s is the least.", duration_s,
                            static_cast<double>(kFftSize) / kAnalysisRateHz));
  }

  Analysis analysis;
  TrackFeatures& features = analysis.features;
  features.duration_ms = duration_s * 1000.0;
  analysis.warnings = s.health.warnings();

  const LoudnessResult loudness = s.loudness.finish();
  features.integrated_lufs = loudness.integrated_lufs;
  features.loudness_range_lu = loudness.loudness_range_lu;
  features.true_peak_dbtp = loudness.true_peak_dbtp;
  features.rms = s.rms.mean();
  features.rms_std = s.rms.standard_deviation();

  const std::optional<double> tuning_cents = s.tuning.finish();
  const ChromaResult chroma = s.chroma.finish(tuning_cents);
  if (!s.health.silent()) {
    features.zero_crossing_rate = s.zero_crossings.mean();
    features.spectral_centroid_hz = s.centroid.mean();
    features.spectral_bandwidth_hz = s.bandwidth.mean();
    features.spectral_rolloff_hz = s.rolloff.mean();
    features.mfcc = s.mfcc.finish(s.log_mel.floor_db());

    TempoEstimate tempo = estimate_tempo(s.novelty);
    features.tempo_bpm = tempo.tempo_bpm;
    features.tempo_confidence = tempo.confidence;
    features.tempo_candidates = std::move(tempo.candidates);
    features.onset_rate_hz = onset_rate_hz(s.novelty.group(0));

    KeyEstimate key = estimate_key(chroma.evidence);
    features.key = key.key;
    features.mode = key.mode;
    features.key_confidence = key.confidence;
    features.key_candidates = std::move(key.candidates);
    features.tuning_cents = tuning_cents;
    features.chroma = chroma.mean;
  }
  if (s.keep_dna) analysis.dna = s.dna.finish(chroma.frames);
  return analysis;
}

}  // namespace hitscope
