#include "features/track_features.h"

#include <fmt/format.h>

namespace hitscope {

namespace {

constexpr std::array<const char*, 12> kPitchNames = {"C",  "C#", "D",  "D#", "E",  "F",
                                                     "F#", "G",  "G#", "A",  "A#", "B"};

// Steps around the circle of fifths from C major (minor keys by their relative major), 0..11.
int fifths_from_c(int key, int mode) {
  const int major_tonic = mode == 1 ? key : key + 3;
  return major_tonic * 7 % 12;
}

}  // namespace

std::string key_name(int key, int mode) {
  return fmt::format("{} {}", kPitchNames.at(static_cast<std::size_t>(key)), mode == 1 ? "major" : "minor");
}

std::string camelot(int key, int mode) {
  return fmt::format("{}{}", (fifths_from_c(key, mode) + 7) % 12 + 1, mode == 1 ? 'B' : 'A');
}

std::string open_key(int key, int mode) {
  return fmt::format("{}{}", fifths_from_c(key, mode) + 1, mode == 1 ? 'd' : 'm');
}

}  // namespace hitscope
