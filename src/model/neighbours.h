// k nearest neighbours, ready to serve: the standardised training rows in a k-d tree, exact Euclidean
// distance. Ties in distance go to the smaller training index. Uniform weights, or 1/distance (a row that
// coincides with training rows is decided by those alone), as scikit-learn defines both.
//
// The tree is implicit. Rows are ordered by median splits, so that runs of kBlock rows lie close together;
// runs of kFanout blocks, of kFanout such runs, and so on, are the tree's nodes, each with the tight bounding
// box of its rows (so the order of the rows decides speed only, never the answer). A node's boxes, like a
// block's rows, are measured side by side in float32; what they let through is settled in double.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/error.h"

namespace hitscope {

struct Neighbours {
  static constexpr std::size_t kBlock = 16;   // rows
  static constexpr std::size_t kFanout = 16;  // boxes
  static constexpr std::size_t kMaxK = 256;
  static constexpr std::size_t kMaxFeatures = 64;

  std::size_t n_features = 0;
  std::size_t k = 5;
  bool distance_weights = false;
  // Row-major training rows in k-d tree order, their labels (1 = hit), and their index in the training table.
  std::vector<float> rows;
  std::vector<std::uint8_t> labels;
  std::vector<std::uint32_t> index;

  // Derived by prepare(). Blocks: feature-major, kBlock rows, the last one padded with +inf. Boxes: the
  // blocks' own, then level by level those of kFanout boxes below, up to a level of at most kFanout; in
  // groups of kFanout, for each feature first kFanout lower bounds, then kFanout upper bounds. Tags: position
  // * 2 + label of each row, 0 for the pads.
  std::vector<float> blocks;
  std::vector<float> boxes;
  std::vector<std::uint32_t> tags;

  // Orders the rows into the tree and prepares it. rows.size() == labels.size() * n_features.
  static Neighbours build(std::span<const float> rows, std::span<const std::uint8_t> labels,
                          std::size_t n_features, std::size_t k, bool distance_weights);

  // Fills `blocks`, `boxes` and `tags` from `rows` and `labels`; needed after filling the fields by hand.
  // Linear.
  void prepare();

  // P(hit) of a standardised row, its values within the same limits. Allocates nothing; the same bits on
  // every processor.
  [[nodiscard]] double probability(std::span<const float> row) const;

  // Adds to game[S] P(hit) of the hybrid that takes the players in coalition S from `row` and all else from
  // `background`; bits[f] is feature f's player as a one-bit mask, 0 for a feature that is no player, and
  // game.size() is 2^players. As the searches of all hybrids share their work, far faster than one by one.
  // Safe to call from many threads; the same bits on every processor.
  void add_coalitions(std::span<const float> row, std::span<const float> background,
                      std::span<const std::uint32_t> bits, std::span<double> game) const;

  // 1 <= k <= min(rows, kMaxK), 1 <= n_features <= kMaxFeatures, matching lengths, labels 0 or 1, finite
  // rows. Errors: model_invalid.
  [[nodiscard]] Result<void> validate() const;
};

}  // namespace hitscope
