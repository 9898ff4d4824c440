#include "model/derived_columns.h"

#include <algorithm>
#include <cmath>

namespace hitscope {

std::string_view name_of(Derivation derivation) {
  switch (derivation) {
    case Derivation::off_whole:
      return "off_whole";
  }
  return "";
}

std::optional<Derivation> derivation_named(std::string_view name) {
  if (name == name_of(Derivation::off_whole)) return Derivation::off_whole;
  return std::nullopt;
}

void with_derived(std::span<const float> features, std::span<const DerivedColumn> derived,
                  std::span<float> row) {
  std::copy(features.begin(), features.end(), row.begin());
  for (std::size_t d = 0; d < derived.size(); ++d) {
    const float value = features[derived[d].of];
    row[features.size() + d] = std::abs(value - std::round(value));
  }
}

}  // namespace hitscope
