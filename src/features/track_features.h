// What hitscope measures of a track: one plain struct, units in the names, unknown = std::nullopt.
//
// Loudness is measured at the file's own rate and channels (ITU-R BS.1770-4, EBU Tech 3342); everything else
// on mono at 22,050 Hz with librosa's framing and definitions (n_fft 2048, hop 512, centred, Hann).
// The field names are those of the JSON contract (DESIGN section 5).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hitscope {

inline constexpr int kAnalysisRateHz = 22050;
inline constexpr int kFftSize = 2048;
inline constexpr int kHopLength = 512;

struct TempoCandidate {
  double bpm = 0;
  double score = 0;  // share of the rhythmic evidence; candidates sum to at most 1
};

struct KeyCandidate {
  int key = 0;   // pitch class, 0 = C ... 11 = B
  int mode = 1;  // 1 major, 0 minor
  double score = 0;
};

struct TrackFeatures {
  // Rhythm
  std::optional<double> tempo_bpm;
  std::optional<double> tempo_confidence;  // 0..1
  std::vector<TempoCandidate> tempo_candidates;
  std::optional<double> onset_rate_hz;
  // Tonality
  std::optional<int> key;
  std::optional<int> mode;
  std::optional<double> key_confidence;  // 0..1
  std::vector<KeyCandidate> key_candidates;
  std::optional<double> tuning_cents;
  std::optional<std::array<double, 12>> chroma;  // means of the max-normalised frames, C first
  // Level
  std::optional<double> integrated_lufs;
  std::optional<double> loudness_range_lu;
  std::optional<double> true_peak_dbtp;
  std::optional<double> rms;
  std::optional<double> rms_std;
  // Timbre
  std::optional<double> spectral_centroid_hz;
  std::optional<double> spectral_bandwidth_hz;
  std::optional<double> spectral_rolloff_hz;
  std::optional<double> zero_crossing_rate;  // crossings per sample
  std::optional<std::array<double, 20>> mfcc;

  double duration_ms = 0;
};

// "A minor", "C# major": sharps, as DJ software writes them.
[[nodiscard]] std::string key_name(int key, int mode);
// Camelot wheel: "8A" for A minor, "8B" for C major.
[[nodiscard]] std::string camelot(int key, int mode);
// Open Key notation: "1m" for A minor, "1d" for C major.
[[nodiscard]] std::string open_key(int key, int mode);

}  // namespace hitscope
