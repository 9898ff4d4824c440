#include "features/tempo.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <span>

#include "core/random.h"
#include "features/novelty.h"
#include "features/onset_rate.h"
#include "features/periodicity.h"
#include "features/tempo_evidence.h"

namespace hitscope {
namespace {

constexpr double kFrameRateHz = static_cast<double>(kAnalysisRateHz) / kHopLength;

// All bands rise by `rise_db` at every beat, rounded to the frame.
Novelty pulse_novelty(double bpm, double seconds, float rise_db = 20) {
  Novelty novelty;
  std::array<float, kMelBands> mel{};
  double next = 0;
  const auto frames = static_cast<std::size_t>(seconds * kFrameRateHz);
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const bool beat = static_cast<double>(frame) >= next;
    if (beat) next += 60.0 / bpm * kFrameRateHz;
    mel.fill(beat ? rise_db : 0.0F);
    novelty.push(mel, -80.0F);
  }
  return novelty;
}

TEST(Novelty, CountsRisesByGroup) {
  Novelty novelty;
  std::array<float, kMelBands> mel{};
  novelty.push(mel, -80.0F);
  mel[0] = 10.0F;    // low
  mel[127] = 8.0F;   // high
  mel[20] = -30.0F;  // a fall does not count
  novelty.push(mel, -80.0F);
  EXPECT_EQ(novelty.group(0)[0], 0.0F);
  EXPECT_FLOAT_EQ(novelty.onset_strength(), 18.0F / kMelBands);
  EXPECT_FLOAT_EQ(novelty.group(1)[1], 10.0F / 10);
  EXPECT_FLOAT_EQ(novelty.group(2)[1], 0.0F);
  EXPECT_FLOAT_EQ(novelty.group(3)[1], 8.0F / 80);
}

TEST(Novelty, RisesAreCountedFromTheFloor) {
  Novelty novelty;
  std::array<float, kMelBands> mel{};
  mel.fill(-100.0F);
  novelty.push(mel, -50.0F);
  mel.fill(-49.0F);
  novelty.push(mel, -50.0F);
  EXPECT_FLOAT_EQ(novelty.onset_strength(), 1.0F);
}

TEST(Novelty, AmplitudesRiseByTheirDifferenceAboveTheFloor) {
  Novelty novelty;
  std::array<float, kMelBands> mel{};
  mel.fill(-100.0F);
  novelty.push(mel, -80.0F);
  mel[0] = -20.0F;
  mel[127] = 3.3F;
  novelty.push(mel, -80.0F);
  mel[0] = -14.0F;
  mel[127] = -40.0F;  // a fall does not count
  novelty.push(mel, -80.0F);
  const auto rise = novelty.amplitude_rise();
  const auto amplitude = [](double db) { return std::pow(10, db / 20); };
  ASSERT_EQ(rise.size(), 3U);
  EXPECT_EQ(rise[0], 0.0F);
  EXPECT_NEAR(rise[1], amplitude(-20) + amplitude(3.3) - 2 * amplitude(-80), 2e-4);
  EXPECT_NEAR(rise[2], amplitude(-14) - amplitude(-20), 5e-5);
}

TEST(Novelty, AChangeThatLastsIsTheDifferenceOfTheHalfSecondsAroundIt) {
  Novelty novelty;
  std::array<float, kMelBands> mel{};
  for (std::size_t frame = 0; frame < 7 * kLastingFrames; ++frame) {
    mel.fill(frame < 3 * kLastingFrames ? -20.0F : -30.0F);
    if (frame == 5 * kLastingFrames) mel.fill(-10.0F);  // a blow does not last
    novelty.push(mel, -80.0F);
  }
  const auto change = novelty.group(kNoveltyGroups - 1);
  for (std::size_t frame = 0; frame < 3 * kLastingFrames; ++frame) EXPECT_FLOAT_EQ(change[frame], 0.0F);
  EXPECT_NEAR(change[3 * kLastingFrames + kLastingFrames / 2 - 1], 5.0F, 1e-3);
  EXPECT_NEAR(change[4 * kLastingFrames - 1], 10.0F, 1e-3);
  EXPECT_NEAR(change[5 * kLastingFrames - 1], 0.0F, 1e-3);
  EXPECT_NEAR(change[5 * kLastingFrames], 20.0F / kLastingFrames, 1e-3);
}

TEST(Periodicity, APulseTrainPeaksAtItsPeriodAndItsFrequency) {
  std::vector<float> series(4 * kPeriodicityWindow, 0.0F);
  constexpr std::size_t period = 20;
  for (std::size_t i = 0; i < series.size(); i += period) series[i] = 1.0F;
  const Periodicity periodicity = measure_periodicity(series);
  EXPECT_NEAR(periodicity.autocorrelation[0], 1.0, 1e-4);
  EXPECT_NEAR(periodicity.autocorrelation[period], 1.0, 0.02);
  EXPECT_LT(periodicity.autocorrelation[period / 2], 0.0);
  const std::size_t bin = 8 * kPeriodicityWindow / period;
  EXPECT_GT(periodicity.spectrum[bin], 10 * periodicity.spectrum[bin / 2]);
}

TEST(Periodicity, NothingRepeatsInSilence) {
  const Periodicity periodicity = measure_periodicity(std::vector<float>(3000, 0.0F));
  for (const float value : periodicity.autocorrelation) EXPECT_EQ(value, 0.0F);
  for (const float value : periodicity.spectrum) EXPECT_EQ(value, 0.0F);
}

TEST(TempoEvidence, PulsesAreAmongTheCandidatesWithinHalfAPercent) {
  for (const double bpm : {62.0, 90.0, 128.0, 174.0}) {
    double nearest = 1;
    for (const RatedTempo& tempo : tempo_evidence(pulse_novelty(bpm, 40))) {
      nearest = std::min(nearest, std::abs(tempo.bpm / bpm - 1));
    }
    EXPECT_LT(nearest, 0.005) << bpm;
  }
}

TEST(TempoEvidence, APulseLiesInTheFirstPartOfItsBeat) {
  constexpr std::size_t shares = kNoveltyGroups * (kPeriodRatios + kFrequencyRatios);
  for (const RatedTempo& tempo : tempo_evidence(pulse_novelty(100, 40))) {
    if (std::abs(tempo.bpm - 100) > 1) continue;
    const std::span<const double> beat = std::span(tempo.evidence).subspan(shares, kBeatParts);
    EXPECT_NEAR(std::accumulate(beat.begin(), beat.end(), 0.0), kBeatParts, 1e-6);
    EXPECT_GT(beat.front(), 0.4 * kBeatParts);
    EXPECT_LT(beat[kBeatParts / 2], 0.1);
  }
}

TEST(TempoEvidence, CandidatesKeepTheirDistance) {
  const auto tempi = tempo_evidence(pulse_novelty(120, 40));
  for (std::size_t i = 0; i < tempi.size(); ++i) {
    for (std::size_t k = i + 1; k < tempi.size(); ++k) {
      EXPECT_GT(std::abs(std::log2(tempi[i].bpm / tempi[k].bpm)), 0.02);
    }
  }
}

TEST(Tempo, PlainPulsesAreHeardAtTheirTempoOrASimpleMultiple) {
  for (const double bpm : {80.0, 100.0, 128.0}) {
    const TempoEstimate estimate = estimate_tempo(pulse_novelty(bpm, 40));
    ASSERT_TRUE(estimate.tempo_bpm) << bpm;
    double nearest = 1;
    for (const double multiple : {0.5, 1.0, 2.0}) {
      nearest = std::min(nearest, std::abs(*estimate.tempo_bpm / (bpm * multiple) - 1));
    }
    EXPECT_LT(nearest, 0.005) << bpm << " heard as " << *estimate.tempo_bpm;
  }
}

// Not more exact than that the pulses are rounded to frames.
TEST(Tempo, WhereThePulsesKeepTimeItIsExactAndSoAreItsMultiples) {
  for (const double bpm : {71.93, 99.5, 127.3}) {
    const TempoEstimate estimate = estimate_tempo(pulse_novelty(bpm, 60));
    ASSERT_TRUE(estimate.tempo_bpm) << bpm;
    double nearest = 1;
    for (const double multiple : {0.5, 1.0, 2.0}) {
      nearest = std::min(nearest, std::abs(*estimate.tempo_bpm / (bpm * multiple) - 1));
    }
    EXPECT_LT(nearest, 2e-4) << bpm << " heard as " << *estimate.tempo_bpm;
    EXPECT_EQ(estimate.candidates.front().bpm, *estimate.tempo_bpm);
    for (const TempoCandidate& candidate : estimate.candidates) {
      const double ratio = candidate.bpm / *estimate.tempo_bpm;
      if (std::abs(ratio - 0.5) < 0.005) {
        EXPECT_DOUBLE_EQ(ratio, 0.5);
      }
      if (std::abs(ratio - 2) < 0.02) {
        EXPECT_DOUBLE_EQ(ratio, 2);
      }
    }
  }
}

TEST(Tempo, PulsesAtRandomTimesHaveNoneToBeSureOf) {
  Random random(1);
  for (int track = 0; track < 5; ++track) {
    Novelty novelty;
    std::array<float, kMelBands> mel{};
    for (int frame = 0; frame < 2000; ++frame) {
      mel.fill(random.uniform() < 0.08 ? 20.0F : 0.0F);
      novelty.push(mel, -80.0F);
    }
    EXPECT_LT(estimate_tempo(novelty).confidence.value_or(0), 0.5);
  }
}

TEST(Tempo, SilenceHasNone) {
  const TempoEstimate estimate = estimate_tempo(pulse_novelty(120, 20, 0.0F));
  EXPECT_FALSE(estimate.tempo_bpm);
  EXPECT_FALSE(estimate.confidence);
  EXPECT_TRUE(estimate.candidates.empty());
}

TEST(OnsetRate, CountsThePulses) {
  EXPECT_NEAR(onset_rate_hz(pulse_novelty(120, 60).group(0)), 2.0, 0.05);
  EXPECT_NEAR(onset_rate_hz(pulse_novelty(240, 60).group(0)), 4.0, 0.05);
}

TEST(OnsetRate, IsZeroWhereNothingChanges) {
  EXPECT_EQ(onset_rate_hz({}), 0);
  EXPECT_EQ(onset_rate_hz(std::vector<float>(500, 3.0F)), 0);
}

}  // namespace
}  // namespace hitscope
