// What the key is judged by, gathered while the track streams by: which pitches sound, in slots of a third of
// a second.
//
// Two neighbouring constant-Q frames are added (46 ms apart) and the local maxima of the sum over frequency
// are the pitches: a parabola through three magnitudes places each between the bins, and what it stands out
// by above its surroundings is its strength. What noise, drums and clicks spread over all bins leaves few and
// low maxima, so peaks tell pitches better than sums of bins do. The peaks are folded into 36 pitch classes,
// thirds of a semitone (the tuning is known only at the end), and divided by the strongest semitone of the
// frame, so that loud passages do not outvote quiet ones. Four such frames make a slot. The lowest octave,
// below C2, is left out: kick drums live there.
//
// Memory: 40 bytes a slot, 0.4 MB an hour. Source of the idea of peaks with a class profile: E. Gomez, Tonal
// description of polyphonic audio for music content processing, INFORMS J. Computing 18, 2006.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/constant_q.h"

namespace hitscope {

struct PitchSlot {
  static constexpr std::size_t kClasses = ConstantQ::kBinsPerOctave;  // class 0 is C at A4 = 440 Hz
  static constexpr float kUnit = 255;                                 // stored for 1.0

  std::array<std::uint8_t, kClasses> pitches{};
  float level = 0;  // mean of the frames' strongest semitones, in the unit of ConstantQ
};

struct KeyEvidence {
  std::vector<PitchSlot> slots;
  double tuning_cents = 0;
};

class PitchSlotCollector {
 public:
  // One constant-Q frame, ConstantQ::kBins magnitudes.
  void push(std::span<const float> magnitudes);
  // The slots so far; a begun one counts if it is at least half full.
  [[nodiscard]] std::vector<PitchSlot> finish();

 private:
  static constexpr std::size_t kFramesPerPair = 2;
  static constexpr std::size_t kPairsPerSlot = 4;
  using Classes = std::array<float, PitchSlot::kClasses>;

  void take_pair();
  void close_slot();

  std::array<float, ConstantQ::kBins> sum_{};
  std::size_t frames_ = 0;  // in the sum
  Classes classes_{};
  float level_ = 0;
  std::size_t pairs_ = 0;  // in the slot
  std::vector<PitchSlot> slots_;
};

}  // namespace hitscope
