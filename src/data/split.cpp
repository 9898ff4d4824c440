#include "data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/random.h"
#include "data/csv_reader.h"
#include "data/song_key.h"

namespace hitscope {
Split stratified_split(std::span<const std::uint8_t> hit, double test_share, std::uint64_t seed) {
  std::array<std::vector<std::uint32_t>, 2> classes;
  for (std::size_t i = 0; i < hit.size(); ++i) classes[hit[i]].push_back(static_cast<std::uint32_t>(i));
  Split split;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    Random random = Random(seed).fork(c);
    random.shuffle(std::span(classes[c]));
    const auto tests = std::llround(test_share * static_cast<double>(classes[c].size()));
    split.test.insert(split.test.end(), classes[c].begin(), classes[c].begin() + tests);
    split.train.insert(split.train.end(), classes[c].begin() + tests, classes[c].end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.test.begin(), split.test.end());
  return split;
}

std::vector<std::uint32_t> artist_groups(const Table& table, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> groups(rows.size());
  std::unordered_map<std::string, std::uint32_t> seen;
  const auto artists = table.texts("artist");
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string key = artists.empty() ? std::string() : artist_key(table.text(artists[rows[i]]));
    if (key.empty()) {
      groups[i] = next++;
      continue;
    }
    const auto [place, is_new] = seen.emplace(std::move(key), next);
    if (is_new) ++next;
    groups[i] = place->second;
  }
  return groups;
}

std::vector<std::uint32_t> grouped_folds(std::span<const std::uint32_t> groups, std::size_t folds,
                                         std::uint64_t seed) {
  const std::size_t count =
      groups.empty() ? 0 : *std::max_element(groups.begin(), groups.end()) + std::size_t{1};
  std::vector<std::size_t> size(count, 0);
  for (const std::uint32_t group : groups) ++size[group];
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  Random(seed).shuffle(std::span(order));
  std::vector<std::uint32_t> fold_of_group(count);
  std::vector<std::size_t> rows_in_fold(folds, 0);
  for (const std::uint32_t group : order) {
    const auto smallest = std::min_element(rows_in_fold.begin(), rows_in_fold.end());
    *smallest += size[group];
    fold_of_group[group] = static_cast<std::uint32_t>(smallest - rows_in_fold.begin());
  }
  std::vector<std::uint32_t> fold(groups.size());
  std::transform(groups.begin(), groups.end(), fold.begin(),
                 [&](std::uint32_t group) { return fold_of_group[group]; });
  return fold;
}

Split fold_split(std::span<const std::uint32_t> folds, std::uint32_t test_fold) {
  Split split;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    (folds[i] == test_fold ? split.test : split.train).push_back(static_cast<std::uint32_t>(i));
  }
  return split;
}

Result<NamedSplit> read_split(const std::filesystem::path& path, const Table& table) {
  if (!table.has("index")) {
    return fail(ErrorKind::table_invalid,
                fmt::format("The table \"{}\" has no column index, which a split file needs.", table.name()));
  }
  auto reader = CsvReader::open(path);
  if (!reader) return tl::unexpected(reader.error());
  std::array<std::size_t, 3> field{};
  constexpr std::array<std::string_view, 3> kColumns = {"index", "part", "hit"};
  for (std::size_t c = 0; c < kColumns.size(); ++c) {
    const auto found = std::find(reader->header().begin(), reader->header().end(), kColumns[c]);
    if (found == reader->header().end()) {
      return fail(ErrorKind::table_invalid, fmt::format("The split file has no column {}.", kColumns[c]));
    }
    field[c] = static_cast<std::size_t>(found - reader->header().begin());
  }

  std::unordered_map<std::string, std::uint32_t> row_of_index;
  const auto indices = table.numbers("index");
  for (std::size_t row = 0; row < indices.size(); ++row) {
    row_of_index.emplace(fmt::format("{}", indices[row]), static_cast<std::uint32_t>(row));
  }
  struct Entry {
    std::uint32_t row;
    std::uint8_t hit;
    bool test;
  };
  std::vector<Entry> entries;
  std::vector<bool> seen(table.rows(), false);
  for (;;) {
    auto more = reader->next();
    if (!more) return tl::unexpected(more.error());
    if (!*more) break;
    const auto fields = reader->fields();
    const auto refuse = [&](std::size_t c, std::string_view why) {
      const std::string at = to_string(reader->position(field[c]));
      return fail(ErrorKind::table_invalid, fmt::format("The split file is malformed at {}: {}.", at, why),
                  at);
    };
    const auto found = row_of_index.find(std::string(fields[field[0]]));
    if (found == row_of_index.end()) return refuse(0, "the table has no row of this index");
    if (seen[found->second]) return refuse(0, "this index stands twice");
    seen[found->second] = true;
    const std::string_view part = fields[field[1]];
    if (part != "train" && part != "test") return refuse(1, "part is neither train nor test");
    const std::string_view hit = fields[field[2]];
    if (hit != "0" && hit != "1") return refuse(2, "hit is neither 0 nor 1");
    entries.push_back({found->second, static_cast<std::uint8_t>(hit == "1" ? 1 : 0), part == "test"});
  }
  NamedSplit result;
  for (const Entry& entry : entries) {
    (entry.test ? result.split.test : result.split.train)
        .push_back(static_cast<std::uint32_t>(result.selection.rows.size()));
    result.selection.rows.push_back(entry.row);
    result.selection.hit.push_back(entry.hit);
  }
  result.selection.stages.push_back(
      {"split file", table.rows(), entries.size(),
       fmt::format("{} to train on, {} to test", result.split.train.size(), result.split.test.size())});
  return result;
}

}  // namespace hitscope
