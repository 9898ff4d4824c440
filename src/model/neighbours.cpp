#include "model/neighbours.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "model/neighbour_tree.h"
#include "model/scaler.h"

namespace hitscope {
namespace {

using namespace neighbour_tree;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Orders `order` (training indices) so that every node's rows are split at the median of their widest
// feature.
class Arranger {
 public:
  Arranger(std::span<const float> rows, std::size_t n_features) : rows_(rows), n_features_(n_features) {}

  void arrange(std::span<std::uint32_t> order) const {
    const std::size_t blocks = divide_up(order.size(), kBlock);
    if (blocks <= 1) {
      std::sort(order.begin(), order.end());
      return;
    }
    // The largest power of two that leaves something to the right: nodes then never straddle a split.
    const std::size_t middle = std::bit_floor(blocks - 1) * kBlock;
    const std::size_t axis = widest_feature(order);
    // The index breaks ties, so the halves do not depend on the library's nth_element.
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(middle), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) {
                       const float va = at(a, axis);
                       const float vb = at(b, axis);
                       return va < vb || (va == vb && a < b);
                     });
    arrange(order.first(middle));
    arrange(order.subspan(middle));
  }

 private:
  [[nodiscard]] float at(std::uint32_t row, std::size_t f) const { return rows_[row * n_features_ + f]; }

  // By variance: by range, a few outliers would decide.
  [[nodiscard]] std::size_t widest_feature(std::span<const std::uint32_t> order) const {
    std::size_t widest = 0;
    double width = -1;
    for (std::size_t f = 0; f < n_features_; ++f) {
      double sum = 0;
      double squares = 0;
      for (const std::uint32_t row : order) {
        const auto value = static_cast<double>(at(row, f));
        sum += value;
        squares += value * value;
      }
      const double variance = squares - sum * sum / static_cast<double>(order.size());
      if (variance > width) {
        width = variance;
        widest = f;
      }
    }
    return widest;
  }

  std::span<const float> rows_;
  std::size_t n_features_;
};

}  // namespace

Neighbours Neighbours::build(std::span<const float> rows, std::span<const std::uint8_t> labels,
                             std::size_t n_features, std::size_t k, bool distance_weights) {
  std::vector<std::uint32_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0U);
  Arranger(rows, n_features).arrange(order);

  Neighbours tree;
  tree.n_features = n_features;
  tree.k = k;
  tree.distance_weights = distance_weights;
  tree.rows.reserve(rows.size());
  tree.labels.reserve(labels.size());
  for (const std::uint32_t row : order) {
    const auto values = rows.subspan(row * n_features, n_features);
    tree.rows.insert(tree.rows.end(), values.begin(), values.end());
    tree.labels.push_back(labels[row]);
  }
  tree.index = std::move(order);
  tree.prepare();
  return tree;
}

void Neighbours::prepare() {
  const std::size_t count = labels.size();
  const std::size_t n = n_features;
  const Levels levels(count, n);
  blocks.assign(levels.count[0] * n * kBlock, kInfinity);
  tags.assign(levels.count[0] * kBlock, 0);
  for (std::size_t r = 0; r < count; ++r) {
    tags[r] = static_cast<std::uint32_t>(2 * r) + labels[r];
    float* block = blocks.data() + r / kBlock * n * kBlock;
    for (std::size_t f = 0; f < n; ++f) block[f * kBlock + r % kBlock] = rows[r * n + f];
  }
  boxes.assign(levels.floats, 0.0F);
  const auto bounds = [&](std::size_t level, std::size_t entry) {
    return boxes.data() + levels.first_float[level] + entry / kFanout * kFanout * 2 * n + entry % kFanout;
  };
  for (std::size_t level = 0; level < levels.levels; ++level) {
    const std::size_t width = level == 0 ? kBlock : kFanout;  // how many of what is below make one box
    const std::size_t below = level == 0 ? count : levels.count[level - 1];
    for (std::size_t entry = 0; entry < levels.count[level]; ++entry) {
      float* box = bounds(level, entry);
      for (std::size_t f = 0; f < n; ++f, box += 2 * kFanout) {
        float low = kInfinity;
        float high = -kInfinity;
        for (std::size_t i = entry * width; i < std::min(below, (entry + 1) * width); ++i) {
          const float* part = level == 0 ? &rows[i * n + f] : bounds(level - 1, i) + f * 2 * kFanout;
          low = std::min(low, *part);
          high = std::max(high, level == 0 ? *part : part[kFanout]);
        }
        box[0] = low;
        box[kFanout] = high;
      }
    }
  }
}

Result<void> Neighbours::validate() const {
  const auto invalid = [](std::string why) {
    return fail(ErrorKind::model_invalid, "The model's neighbours are malformed.", std::move(why));
  };
  const std::size_t count = labels.size();
  if (n_features == 0 || n_features > kMaxFeatures)
    return invalid("feature count " + std::to_string(n_features));
  if (k == 0 || k > kMaxK || k > count) {
    return invalid("k = " + std::to_string(k) + " with " + std::to_string(count) + " rows");
  }
  if (rows.size() != count * n_features || index.size() != count) return invalid("arrays differ in length");
  for (const std::uint8_t label : labels) {
    if (label > 1) return invalid("label " + std::to_string(label));
  }
  for (const float value : rows) {
    if (!(std::abs(static_cast<double>(value)) <= Scaler::kMaxDeviations))
      return invalid("a training value is not standardised");
  }
  return {};
}

}  // namespace hitscope
