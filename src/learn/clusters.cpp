#include "learn/clusters.h"

#include <unordered_map>

namespace hitscope {

Clusters::Clusters(std::span<const std::uint32_t> cluster, std::size_t rows) {
  std::unordered_map<std::uint32_t, std::size_t> number;
  std::vector<std::vector<std::uint32_t>> groups;
  for (std::uint32_t row = 0; row < rows; ++row) {
    const auto [found, is_new] = number.try_emplace(cluster.empty() ? row : cluster[row], groups.size());
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(row);
  }
  start_.push_back(0);
  for (const auto& group : groups) {
    members_.insert(members_.end(), group.begin(), group.end());
    start_.push_back(static_cast<std::uint32_t>(members_.size()));
  }
}

std::vector<std::uint32_t> Clusters::resample(Random random) const {
  std::vector<std::uint32_t> count(members_.size());
  for (std::size_t draw = 0; draw < size(); ++draw) {
    const std::size_t c = random.below(size());
    for (std::uint32_t i = start_[c]; i < start_[c + 1]; ++i) ++count[members_[i]];
  }
  return count;
}

}  // namespace hitscope
