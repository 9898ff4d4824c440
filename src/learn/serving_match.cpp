#include "learn/serving_match.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/random.h"

namespace hitscope {
namespace {

std::optional<std::size_t> column_of(std::span<const std::string> features, std::string_view name) {
  const auto found = std::find(features.begin(), features.end(), name);
  if (found == features.end()) return std::nullopt;
  return static_cast<std::size_t>(found - features.begin());
}

// One of the few tracks nearest in loudness among those nearest in energy.
const EstimatedTrack& like(std::span<const EstimatedTrack> tracks, double energy, double loudness,
                           Random& random) {
  constexpr std::ptrdiff_t kReach = 100;
  constexpr std::size_t kNear = 8;
  const auto place =
      std::lower_bound(tracks.begin(), tracks.end(), energy,
                       [](const EstimatedTrack& track, double value) { return track.energy < value; });
  const std::ptrdiff_t at = place - tracks.begin();
  const auto begin = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at - kReach));
  const std::size_t end = std::min(tracks.size(), static_cast<std::size_t>(at + kReach));
  std::array<std::pair<double, std::size_t>, 2 * kReach> distances{};
  const std::size_t count = end - begin;
  for (std::size_t i = 0; i < count; ++i) {
    distances[i] = {std::abs(tracks[begin + i].loudness - loudness), begin + i};
  }
  const std::size_t near = std::min(kNear, count);
  std::partial_sort(distances.begin(), distances.begin() + static_cast<std::ptrdiff_t>(near),
                    distances.begin() + static_cast<std::ptrdiff_t>(count));
  return tracks[distances[random.below(near)].second];
}

float wrong_tempo(float tempo, float other, const ServingErrors& errors, double draw) {
  if ((draw -= errors.tempo_double) < 0) return tempo * 2;
  if ((draw -= errors.tempo_half) < 0) return tempo / 2;
  return draw < errors.tempo_other ? other : tempo;
}

struct Key {
  int tonic = 0;
  int mode = 1;
};

Key wrong_key(Key key, Key other, const ServingErrors& errors, double draw) {
  constexpr int kFifth = 7;
  if ((draw -= errors.key_fifth / 2) < 0) return {(key.tonic + kFifth) % 12, key.mode};
  if ((draw -= errors.key_fifth / 2) < 0) return {(key.tonic + 12 - kFifth) % 12, key.mode};
  // C major's relative is A minor, nine semitones up; back it is three.
  if ((draw -= errors.key_relative) < 0) return {(key.tonic + (key.mode == 1 ? 9 : 3)) % 12, 1 - key.mode};
  if ((draw -= errors.key_parallel) < 0) return {key.tonic, 1 - key.mode};
  return draw < errors.key_other ? other : key;
}

}  // namespace

void match_serving(TrainingTable& table, std::span<const std::string> features,
                   std::span<const EstimatedTrack> tracks, const ServingErrors& errors, std::uint64_t seed) {
  const auto tempo = column_of(features, "tempo");
  const auto key = column_of(features, "key");
  const auto mode = column_of(features, "mode");
  const auto energy = column_of(features, "energy");
  const auto loudness = column_of(features, "loudness");
  table.clean_x = table.x;
  const Matrix<float>& clean = table.clean_x;
  const Random random(seed);
  for (std::size_t r = 0; r < table.size(); ++r) {
    Random draws = random.fork(r);
    const auto other = clean.row(draws.below(table.size()));
    const double tempo_draw = draws.uniform();
    const double key_draw = draws.uniform();
    if (tempo) {
      const auto error = static_cast<float>(errors.tempo_error_bpm * draws.normal());
      table.x(r, *tempo) = wrong_tempo(clean(r, *tempo), other[*tempo], errors, tempo_draw) + error;
    }
    if (key && mode) {
      const auto key_of = [&](std::span<const float> row) {
        return Key{static_cast<int>(row[*key]), static_cast<int>(row[*mode])};
      };
      const Key wrong = wrong_key(key_of(clean.row(r)), key_of(other), errors, key_draw);
      table.x(r, *key) = static_cast<float>(wrong.tonic);
      table.x(r, *mode) = static_cast<float>(wrong.mode);
    }
    if (energy && loudness) {
      const EstimatedTrack& track = like(tracks, clean(r, *energy), clean(r, *loudness), draws);
      table.x(r, *energy) = static_cast<float>(track.estimated_energy);
      table.x(r, *loudness) = clean(r, *loudness) + static_cast<float>(track.loudness_error);
    }
  }
}

}  // namespace hitscope
