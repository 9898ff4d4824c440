#include "synth/harmony.h"

#include <array>

namespace hitscope::synth {
namespace {

constexpr std::array kMajor = {0, 2, 4, 5, 7, 9, 11};
constexpr std::array kMinor = {0, 2, 3, 5, 7, 8, 10};

constexpr int kDominant = 4;
constexpr int kLeadingTone = 6;

int modulo(int value, int size) {
  return ((value % size) + size) % size;
}
int floor_divide(int value, int size) {
  return (value - modulo(value, size)) / size;
}

// Roman numerals, so that the tables below read as musicians write them; 7 adds the seventh.
constexpr Chord kI{0};
constexpr Chord kIII{2};
constexpr Chord kIV{3};
constexpr Chord kV{4};
constexpr Chord kVI{5};
constexpr Chord kVII{6};
constexpr Chord kI7{0, true};
constexpr Chord kII7{1, true};
constexpr Chord kIV7{3, true};
constexpr Chord kV7{4, true};
constexpr Chord kVI7{5, true};

constexpr std::array kHouseMajor = {kI, kV, kVI, kIV, kI, kV, kIV, kV};
constexpr std::array kHouseMinor = {kI, kVI, kIV, kV, kI, kVI, kVII, kV};
constexpr std::array kRockMajor = {kI, kV, kVI, kIV, kI, kIV, kI, kV};
constexpr std::array kRockMinor = {kI, kVI, kVII, kI, kI, kIV, kI, kV};
constexpr std::array kBalladMajor = {kI, kVI, kIV, kV, kI, kVI, kII7, kV7};
constexpr std::array kBalladMinor = {kI, kVI, kIII, kVII, kIV, kI, kV7, kI};
constexpr std::array kBreakMajor = {kI, kI, kIV, kI, kI, kVI, kIV, kV};
constexpr std::array kBreakMinor = {kI, kI, kVI, kVI, kIV, kI, kVII, kV};
constexpr std::array kWaltzMajor = {kI, kIV, kV7, kI, kVI, kIV, kV7, kI};
constexpr std::array kWaltzMinor = {kI, kI, kV7, kI, kVI, kIV, kV7, kI};
constexpr std::array kFunkMajor = {kI, kI, kIV, kV7, kI, kVI7, kII7, kV7};
constexpr std::array kFunkMinor = {kI7, kI7, kIV7, kI7, kVI, kI7, kIV7, kV7};

}  // namespace

int semitones_of_step(int step, const Key& key, const Chord& chord) {
  const int degree = modulo(step, 7);
  int semitones = (key.mode == 1 ? kMajor : kMinor)[static_cast<std::size_t>(degree)];
  if (key.mode == 0 && chord.degree == kDominant && degree == kLeadingTone) ++semitones;
  return semitones + 12 * floor_divide(step, 7);
}

std::vector<int> pitch_classes(const Chord& chord, const Key& key) {
  std::vector<int> classes;
  for (const int third : {0, 2, 4, 6}) {
    if (third == 6 && !chord.seventh) break;
    classes.push_back(modulo(key.tonic + semitones_of_step(chord.degree + third, key, chord), 12));
  }
  return classes;
}

int note_from(int pitch_class, int lowest) {
  return lowest + modulo(pitch_class - lowest, 12);
}

std::vector<int> voicing(const Chord& chord, const Key& key, int centre) {
  std::vector<int> notes = pitch_classes(chord, key);
  for (int& note : notes) note = note_from(note, centre - 6);
  return notes;
}

bool is_chord_step(int step, const Chord& chord) {
  const int above_root = modulo(step - chord.degree, 7);
  return above_root == 0 || above_root == 2 || above_root == 4;
}

int nearest_chord_step(int step, const Chord& chord) {
  for (const int offset : {0, -1, 1, -2, 2}) {
    if (is_chord_step(step + offset, chord)) return step + offset;
  }
  return step;
}

std::span<const Chord> progression(Style style, int mode) {
  const bool major = mode == 1;
  switch (style) {
    case Style::house:
      return major ? kHouseMajor : kHouseMinor;
    case Style::rock:
      return major ? kRockMajor : kRockMinor;
    case Style::ballad:
      return major ? kBalladMajor : kBalladMinor;
    case Style::drum_and_bass:
      return major ? kBreakMajor : kBreakMinor;
    case Style::waltz:
      return major ? kWaltzMajor : kWaltzMinor;
    case Style::funk:
      break;
  }
  return major ? kFunkMajor : kFunkMinor;
}

}  // namespace hitscope::synth
