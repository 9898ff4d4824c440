// What is known of one track, by name: the bridge from whatever measured it to a model's inputs.
// Names carry their units as in the JSON contract ("tempo_bpm", "integrated_lufs", ...), or are a table's
// columns ("tempo", "loudness", ...). A name that is absent, or whose value is not finite, is unknown.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hitscope {

class Measurements {
 public:
  // A later value replaces an earlier one; an unknown one removes it.
  void set(std::string_view name, std::optional<double> value) {
    std::erase_if(values_, [&](const auto& entry) { return entry.first == name; });
    if (value && std::isfinite(*value)) values_.emplace_back(name, *value);
  }

  [[nodiscard]] std::optional<double> get(std::string_view name) const {
    for (const auto& [known, value] : values_) {
      if (known == name) return value;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::pair<std::string, double>> values_;  // a few dozen: a scan beats a tree
};

}  // namespace hitscope
