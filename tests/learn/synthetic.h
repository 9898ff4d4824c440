// Tables made up for the tests of learning: no file, the same on every machine.
#pragma once

#include <cmath>
#include <initializer_list>
#include <vector>

#include "core/random.h"
#include "learn/dataset.h"

namespace hitscope::testing {

inline Dataset table(std::size_t columns, std::initializer_list<float> values,
                     std::vector<std::uint8_t> labels) {
  Dataset data;
  data.x = Matrix<float>(labels.size(), columns);
  std::size_t i = 0;
  for (const float value : values) {
    data.x(i / columns, i % columns) = value;
    ++i;
  }
  data.y = std::move(labels);
  return data;
}

// Five columns like the ones of tracks: three continuous, one of twelve values, one of two. The label is hit
// with probability sigmoid(2 x0 + x1 x2 + mode / 2): learnable, but not without error.
inline Dataset noisy_table(std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  Dataset data;
  data.x = Matrix<float>(rows, 5);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < 3; ++c) data.x(r, c) = static_cast<float>(random.normal());
    data.x(r, 3) = static_cast<float>(random.below(12));
    data.x(r, 4) = static_cast<float>(random.below(2));
    const double z =
        2 * double{data.x(r, 0)} + double{data.x(r, 1)} * double{data.x(r, 2)} + double{data.x(r, 4)} / 2;
    data.y.push_back(random.uniform() < 1 / (1 + std::exp(-z)) ? 1 : 0);
  }
  return data;
}

template <typename Model>
double accuracy_of(const Model& model, const Dataset& data) {
  std::size_t right = 0;
  for (std::size_t r = 0; r < data.rows(); ++r) {
    right += (model.probability(data.x.row(r)) >= 0.5) == (data.y[r] == 1) ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(data.rows());
}

}  // namespace hitscope::testing
