#include "cli/nearest_word.h"

#include <algorithm>
#include <cstddef>

#include "core/matrix.h"

namespace hitscope::cli {
namespace {

// Damerau's distance in its simple form (optimal string alignment).
std::size_t edits(std::string_view a, std::string_view b) {
  Matrix<std::size_t> cost(a.size() + 1, b.size() + 1);
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost(i, j) = i + j;
        continue;
      }
      const std::size_t replace = cost(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost(i, j) = std::min({cost(i - 1, j) + 1, cost(i, j - 1) + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost(i, j) = std::min(cost(i, j), cost(i - 2, j - 2) + 1);
      }
    }
  }
  return cost(a.size(), b.size());
}

}  // namespace

std::string nearest_word(std::string_view typed, const std::vector<std::string>& known) {
  constexpr std::size_t kMaxTyped = 64;  // longer is no typing mistake, and the cost is quadratic
  if (typed.size() > kMaxTyped) return {};
  std::string nearest;
  std::size_t fewest = 3;
  for (const std::string& word : known) {
    const std::size_t distance = edits(typed, word);
    if (distance < fewest && 2 * distance < word.size()) {
      fewest = distance;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace hitscope::cli
