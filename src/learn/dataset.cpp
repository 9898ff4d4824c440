#include "learn/dataset.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace hitscope {

Result<void> Dataset::validate() const {
  if (y.empty() || x.columns() == 0)
    return fail(ErrorKind::table_invalid, "The table has no rows to learn from.");
  if (x.rows() != y.size()) {
    return fail(ErrorKind::table_invalid, "The table does not have one label per row.",
                std::to_string(x.rows()) + " rows, " + std::to_string(y.size()) + " labels");
  }
  if (std::ranges::any_of(y, [](std::uint8_t label) { return label > 1; })) {
    return fail(ErrorKind::table_invalid, "A label is neither 0 nor 1.");
  }
  if (!std::ranges::all_of(x.values(), [](float value) { return std::isfinite(value); })) {
    return fail(ErrorKind::table_invalid, "The table holds a value that is not a finite number.");
  }
  if (weight.empty()) return {};
  if (weight.size() != y.size())
    return fail(ErrorKind::table_invalid, "The table does not have one weight per row.");
  if (!std::ranges::all_of(weight, [](double w) { return std::isfinite(w) && w >= 0; })) {
    return fail(ErrorKind::table_invalid, "A weight is negative or not a finite number.");
  }
  if (std::ranges::all_of(weight, [](double w) { return w == 0; })) {
    return fail(ErrorKind::table_invalid, "Every row of the table weighs nothing.");
  }
  return {};
}

Dataset Dataset::subset(std::span<const std::size_t> indices) const {
  Dataset part;
  part.x = Matrix<float>(indices.size(), x.columns());
  part.y.reserve(indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    std::ranges::copy(x.row(indices[i]), part.x.row(i).begin());
    part.y.push_back(y[indices[i]]);
    if (!weight.empty()) part.weight.push_back(weight[indices[i]]);
  }
  return part;
}

}  // namespace hitscope
