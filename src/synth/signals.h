// Test signals whose every property is known in closed form.
//
// All functions return one channel of float samples, exactly llround(duration_s * sample_rate_hz) of them,
// starting at phase 0; to_channels() makes an interleaved stream of it. Frequencies are in Hz, times in
// seconds. Levels are in dB relative to full scale (1.0):
// - of tones, chirps and clicks: of the PEAK of one partial, so a sine of 0 dBFS swings between +-1.0 and its
//   RMS is 3.01 dB less;
// - of noise: of the RMS, scaled so that the RMS of the returned samples is exact. White noise is uniform,
//   peaking 4.77 dB above its RMS; pink noise peaks some 12 dB above it.
// Nothing is limited here: a level above 0 dBFS gives samples beyond +-1.0. Frequencies from half the sample
// rate upwards would alias; they come out as silence.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hitscope::synth {

inline constexpr int kSampleRateHz = 44100;

// 10^(dB/20).
[[nodiscard]] double amplitude_of_db(double level_db);

// The frequency of a MIDI note in equal temperament: 69 -> 440 Hz.
[[nodiscard]] double frequency_of_note(double midi_note);

[[nodiscard]] std::vector<float> silence(double duration_s, int sample_rate_hz = kSampleRateHz);

[[nodiscard]] std::vector<float> sine(double frequency_hz, double peak_dbfs, double duration_s,
                                      int sample_rate_hz = kSampleRateHz);

// The sum of sines of the same level, all from phase 0: the sum's peak is up to 20 log10(n) dB above one.
[[nodiscard]] std::vector<float> chord(std::span<const double> frequencies_hz, double peak_dbfs,
                                       double duration_s, int sample_rate_hz = kSampleRateHz);

// Sines one after the other, each `each_s` long and from phase 0; 5 ms ramps at both ends keep clicks away.
[[nodiscard]] std::vector<float> tone_row(std::span<const double> frequencies_hz, double peak_dbfs,
                                          double each_s, int sample_rate_hz = kSampleRateHz);

// A chirp that starts at one frequency and ends at the other, of constant level.
enum class Glide {
  linear,       // Hz per second are constant
  exponential,  // octaves per second are constant: a glissando; both frequencies > 0
};
[[nodiscard]] std::vector<float> sweep(double from_hz, double to_hz, Glide glide, double peak_dbfs,
                                       double duration_s, int sample_rate_hz = kSampleRateHz);

// Clicks (5 ms of a decaying 2 kHz tone) at llround(k * 60 / tempo_bpm * sample_rate_hz), k = 0, 1, ...; the
// click's first sample is its peak, so the onset is unmistakable. Every `accent_every`-th is 6 dB louder
// than the given level (0: none is).
[[nodiscard]] std::vector<float> click_track(double tempo_bpm, double peak_dbfs, double duration_s,
                                             int sample_rate_hz = kSampleRateHz, int accent_every = 0);

[[nodiscard]] std::vector<float> white_noise(double rms_dbfs, double duration_s, std::uint64_t seed = 1,
                                             int sample_rate_hz = kSampleRateHz);

// -3 dB per octave, within 0.5 dB from 10 Hz to 9 kHz at 44.1 kHz (P. Kellet's filter, musicdsp.org no. 76;
// its corner frequencies move with the sample rate).
[[nodiscard]] std::vector<float> pink_noise(double rms_dbfs, double duration_s, std::uint64_t seed = 1,
                                            int sample_rate_hz = kSampleRateHz);

// One sine of unbroken phase whose level changes every `each_s` seconds.
[[nodiscard]] std::vector<float> level_steps(double frequency_hz, std::span<const double> peaks_dbfs,
                                             double each_s, int sample_rate_hz = kSampleRateHz);

// The same samples on each of `channels` channels, interleaved.
[[nodiscard]] std::vector<float> to_channels(std::span<const float> mono, int channels);

}  // namespace hitscope::synth
