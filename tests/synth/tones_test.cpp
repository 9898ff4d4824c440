#include "synth/tones.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "synth/drums.h"
#include "synth/goertzel.h"

namespace hitscope::synth {
namespace {

constexpr std::array kInstruments = {Instrument::piano,         Instrument::electric_piano,
                                     Instrument::clean_guitar,  Instrument::driven_guitar,
                                     Instrument::electric_bass, Instrument::synth_bass,
                                     Instrument::sub_bass,      Instrument::pad,
                                     Instrument::strings,       Instrument::stab,
                                     Instrument::pluck,         Instrument::lead,
                                     Instrument::flute,         Instrument::reed};

TEST(Tones, AreInTune) {
  for (const Instrument instrument : kInstruments) {
    Tone tone;
    tone.instrument = instrument;
    tone.frequency_hz = 220.0;
    tone.held_s = 1.0;
    const auto sound = play_tone(tone, 44100, 1);
    double best = 0.0;
    double best_cents = 0.0;
    for (double cents = -100.0; cents <= 100.0; cents += 2.0) {
      const double amplitude = amplitude_at(sound, 220.0 * std::exp2(cents / 1200.0), 44100);
      if (amplitude > best) {
        best = amplitude;
        best_cents = cents;
      }
    }
    EXPECT_NEAR(best_cents, 0.0, 8.0) << static_cast<int>(instrument);
    EXPECT_GT(best, 0.02) << static_cast<int>(instrument);
  }
}

TEST(Tones, DoNotAlias) {
  // 3 kHz at 8 kHz: every overtone would fold back, 2f to 2 kHz, 3f to 1 kHz.
  for (const Instrument instrument : kInstruments) {
    Tone tone;
    tone.instrument = instrument;
    tone.frequency_hz = 3000.0;
    const auto sound = play_tone(tone, 8000, 1);
    const double wanted = amplitude_at(sound, 3000.0, 8000);
    for (const double folded : {2000.0, 1000.0})
      EXPECT_LT(amplitude_at(sound, folded, 8000), 0.02 * wanted + 1e-4);
  }
}

TEST(Tones, StayNearFullScaleAndEndInSilence) {
  for (const Instrument instrument : kInstruments) {
    for (const double frequency_hz : {41.2, 220.0, 1046.5}) {
      Tone tone;
      tone.instrument = instrument;
      tone.frequency_hz = frequency_hz;
      const auto sound = play_tone(tone, 44100, 1);
      EXPECT_LT(peak_of(sound), 3.0) << static_cast<int>(instrument) << " " << frequency_hz;
      EXPECT_GT(peak_of(sound), 0.1) << static_cast<int>(instrument) << " " << frequency_hz;
      EXPECT_LT(std::abs(sound.back()), 0.01F) << static_cast<int>(instrument);
    }
  }
}

TEST(Tones, BrightnessOpensTheTimbre) {
  for (const Instrument instrument : {Instrument::piano, Instrument::lead, Instrument::stab}) {
    Tone tone;
    tone.instrument = instrument;
    const auto overtone_part = [&](double brightness) {
      tone.brightness = brightness;
      const auto sound = play_tone(tone, 44100, 1);
      return amplitude_at(sound, 2200.0, 44100) / amplitude_at(sound, 440.0, 44100);
    };
    EXPECT_GT(overtone_part(1.0), 1.2 * overtone_part(0.3));
  }
}

TEST(Drums, HitAtOnceAndDieAway) {
  for (const Drum drum : {Drum::kick, Drum::snare, Drum::clap, Drum::closed_hat, Drum::open_hat, Drum::ride,
                          Drum::crash, Drum::rim, Drum::tom}) {
    const auto sound = play_drum(drum, 0.0, 44100, 1);
    EXPECT_NEAR(peak_of(sound), 1.0, 1e-6);
    EXPECT_GT(peak_of(std::span(sound).first(220)), 0.3) << static_cast<int>(drum);  // within 5 ms
    EXPECT_LT(std::abs(sound.back()), 0.01F);
  }
}

TEST(Drums, ARiserRisesForAsLongAsAsked) {
  const auto sound = play_drum(Drum::riser, 2.0, 22050, 1);
  ASSERT_EQ(sound.size(), 44100U);
  EXPECT_GT(rms_of(std::span(sound).last(11025)), 4.0 * rms_of(std::span(sound).first(11025)));
}

}  // namespace
}  // namespace hitscope::synth
