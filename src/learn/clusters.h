// Rows that belong together (the tracks of one artist), for resampling whole clusters: rows of a cluster are
// not independent, and drawing them one by one would make every interval too narrow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"

namespace hitscope {

class Clusters {
 public:
  // `cluster` names each row's cluster by any number; empty: every row is its own.
  Clusters(std::span<const std::uint32_t> cluster, std::size_t rows);

  [[nodiscard]] std::size_t size() const { return start_.size() - 1; }

  // One bootstrap sample: as many clusters as there are, drawn with replacement; how often each row is in it.
  [[nodiscard]] std::vector<std::uint32_t> resample(Random random) const;

 private:
  std::vector<std::uint32_t> members_;  // rows, cluster after cluster
  std::vector<std::uint32_t> start_;    // where each cluster starts in members_, and the end
};

}  // namespace hitscope
