// Columns that the trees see beside the features: each a function of one feature, worked out from the raw
// feature row wherever a row is scaled, in training as in serving. A derived column is no input of its own:
// what-if moves it with its feature, explanations count it as part of that feature, and where the feature is
// unknown so is the column. The neighbours do not see them: distances mean features.
//
//   off_whole   how far the value lies from a whole number, 0 to 0.5. Of a tempo in BPM: music made at a
//               computer keeps a whole one, played music seldom does.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace hitscope {

enum class Derivation { off_whole };

struct DerivedColumn {
  Derivation derivation = Derivation::off_whole;
  std::size_t of = 0;  // the feature's position
};

[[nodiscard]] std::string_view name_of(Derivation derivation);
[[nodiscard]] std::optional<Derivation> derivation_named(std::string_view name);

// The raw features followed by the derived columns; `row` has room for both. NaN gives NaN.
void with_derived(std::span<const float> features, std::span<const DerivedColumn> derived,
                  std::span<float> row);

}  // namespace hitscope
