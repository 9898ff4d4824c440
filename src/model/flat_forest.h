// A TreeEnsemble repacked for speed: 8 bytes a node, eight trees walked in step so that their cache misses
// overlap. Proven equal to TreeEnsemble::value, bit for bit, by test. About 4 us for 100 trees of 1,500
// leaves.
//
// It also knows how an ensemble answers when only some features are known, for all coalitions at once: see
// add_coalitions().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matrix.h"
#include "model/tree_ensemble.h"

namespace hitscope {

// Standardised background rows, a feature's values side by side so that 64 rows meet a threshold at once.
class BackgroundColumns {
 public:
  static constexpr std::size_t kRows = 64;  // a batch: one bit each

  BackgroundColumns() = default;
  explicit BackgroundColumns(MatrixView<float> rows);

  [[nodiscard]] std::size_t batches() const { return (rows_ + kRows - 1) / kRows; }
  // The rows the batch really has, as bits.
  [[nodiscard]] std::uint64_t present(std::size_t batch) const;
  // kRows values of a feature, the last batch padded.
  [[nodiscard]] const float* column(std::size_t batch, std::size_t feature) const {
    return values_.data() + (batch * features_ + feature) * kRows;
  }

 private:
  std::size_t rows_ = 0;
  std::size_t features_ = 0;
  std::vector<float> values_;
};

class FlatForest {
 public:
  static constexpr std::size_t kMaxNodes = std::size_t{1} << 24U;
  static constexpr std::size_t kMaxFeatures = 256;

  struct Node {
    float threshold;       // of a leaf: its value
    std::uint32_t packed;  // distance to the left child << 8 | feature; a distance of 0 marks a leaf

    [[nodiscard]] std::uint32_t distance() const { return packed >> 8U; }
    [[nodiscard]] std::size_t feature() const { return packed & 0xFFU; }
  };

  FlatForest() = default;
  // A validated ensemble within the two limits above.
  explicit FlatForest(const TreeEnsemble& trees);

  [[nodiscard]] double value(std::span<const float> row) const;
  [[nodiscard]] Link link() const { return link_; }

  // Adds to sums[S], for every coalition S of players, the sum over the background rows of
  // probability(hybrid), where the hybrid takes its features in S from `row` and all others from the
  // background row, and an identity link's clamp is left out. bits[f] is feature f's player as a one-bit
  // mask, 0 for a feature that is no player; sums.size() is 2^players.
  //
  // Each leaf a hybrid can reach adds to the coalitions that contain the features decided in the row's favour
  // and none of those decided in the background's; one walk over a tree finds them all, for up to 64
  // background rows together. The same bits on every processor.
  void add_coalitions(std::span<const float> row, const BackgroundColumns& background,
                      std::span<const std::uint32_t> bits, std::span<double> sums) const;

 private:
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> roots_;
  double base_ = 0;
  Link link_ = Link::identity;
};

}  // namespace hitscope
