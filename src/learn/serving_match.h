// Makes a table's columns like those that will be served, so that models learn from what they will be given.
//
// A table holds Spotify's own values; hitscope measures. What differs is put into the training rows:
//   energy, loudness   each row takes the distortion of a held-out track about as energetic and as loud
//                      (attribute_estimators.h): its estimated energy, and its loudness plus that track's
//                      error
//   tempo              an octave too high or low, or another row's, at the recipe's measured rates
//   key, mode          a fifth off, the relative or parallel key, or another row's, at the recipe's rates
// Durations are measured exactly. Each row draws from its own stream of the seed: the same seed, the same
// table.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/recipe.h"
#include "learn/attribute_estimators.h"
#include "learn/training_table.h"

namespace hitscope {

// Changes table.x, keeping what it was in table.clean_x. `tracks` as in AttributeEstimators, not empty.
void match_serving(TrainingTable& table, std::span<const std::string> features,
                   std::span<const EstimatedTrack> tracks, const ServingErrors& errors, std::uint64_t seed);

}  // namespace hitscope
