// One row in one column's order, packed into 64 bits for the tree grower:
//   rank (24 bits) | row (24) | count (15) | label (1), highest first.
// Compared as numbers, entries are in order of rank. All a split's search needs of a row travels with it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace hitscope {

inline constexpr unsigned kEntryRankShift = 40;
inline constexpr unsigned kEntryRowShift = 16;
inline constexpr std::uint64_t kEntryMaxRow = (std::uint64_t{1} << 24U) - 1;
inline constexpr std::uint64_t kEntryMaxCount = (std::uint64_t{1} << 15U) - 1;

inline std::uint64_t pack_entry(std::uint64_t rank, std::uint64_t row, std::uint64_t count,
                                std::uint64_t label) {
  return rank << kEntryRankShift | row << kEntryRowShift | count << 1U | label;
}
inline std::size_t entry_rank(std::uint64_t entry) {
  return entry >> kEntryRankShift;
}
inline std::size_t entry_row(std::uint64_t entry) {
  return (entry >> kEntryRowShift) & kEntryMaxRow;
}
inline std::uint64_t entry_count(std::uint64_t entry) {
  return (entry >> 1U) & kEntryMaxCount;
}
inline std::uint64_t entry_label(std::uint64_t entry) {
  return entry & 1U;
}

}  // namespace hitscope
