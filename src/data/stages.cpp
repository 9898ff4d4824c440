#include "data/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "core/random.h"
#include "data/song_key.h"

namespace hitscope {
namespace {

tl::unexpected<Error> lacks(const Table& table, std::string_view column, std::string_view what_for) {
  return fail(ErrorKind::table_invalid, fmt::format("The table \"{}\" has no column {}, which {} needs.",
                                                    table.name(), column, what_for));
}

// Keeps the positions of `selection` for which `keep(position)` holds, and reports.
template <typename Keep>
void shrink(Selection& selection, std::string name, std::string note, Keep keep) {
  const std::size_t rows_in = selection.rows.size();
  std::size_t out = 0;
  for (std::size_t i = 0; i < rows_in; ++i) {
    if (!keep(i)) continue;
    selection.rows[out] = selection.rows[i];
    if (!selection.hit.empty()) selection.hit[out] = selection.hit[i];
    ++out;
  }
  selection.rows.resize(out);
  if (!selection.hit.empty()) selection.hit.resize(out);
  selection.stages.push_back({std::move(name), rows_in, out, std::move(note)});
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// For each selected position, the number of the set of duplicates it belongs to; songs without a name are
// sets of their own.
std::vector<std::size_t> duplicate_sets(const Table& table, DuplicateRule rule, const Selection& selection) {
  std::vector<std::size_t> sets(selection.rows.size());
  std::size_t next = 0;
  const auto number = [&](auto key_of) {
    std::unordered_map<decltype(key_of(0U)), std::size_t> seen;
    for (std::size_t i = 0; i < sets.size(); ++i) {
      const auto key = key_of(selection.rows[i]);
      sets[i] = key == decltype(key){} ? next++ : seen.emplace(key, next).first->second;
      if (sets[i] == next) ++next;
    }
  };
  if (rule == DuplicateRule::row) {
    number([&](std::uint32_t row) { return table.fingerprints()[row]; });
  } else if (rule == DuplicateRule::track_id) {
    number([&](std::uint32_t row) { return table.texts("track_id")[row]; });
  } else {
    const auto artists = table.texts("artist");
    const auto titles = table.texts("title");
    number([&](std::uint32_t row) { return song_key(table.text(artists[row]), table.text(titles[row])); });
  }
  return sets;
}

}  // namespace

Selection Selection::all(const Table& table) {
  Selection selection;
  selection.rows.resize(table.rows());
  std::iota(selection.rows.begin(), selection.rows.end(), 0U);
  return selection;
}

std::size_t Selection::hits() const {
  return static_cast<std::size_t>(std::count(hit.begin(), hit.end(), std::uint8_t{1}));
}

Result<void> drop_nulls(const Table& table, std::span<const std::string> columns, Selection& selection) {
  std::vector<std::span<const double>> numbers;
  for (const std::string& column : columns) {
    if (!table.has(column) || !is_number_column(column)) return lacks(table, column, "the null sanitation");
    numbers.push_back(table.numbers(column));
  }
  shrink(selection, "drop nulls", fmt::format("in {}", fmt::join(columns, ", ")), [&](std::size_t i) {
    return std::none_of(numbers.begin(), numbers.end(),
                        [&](auto column) { return std::isnan(column[selection.rows[i]]); });
  });
  return {};
}

Result<void> keep_above(const Table& table, std::string_view column, double bound, Selection& selection) {
  if (!table.has(column) || !is_number_column(column)) return lacks(table, column, "a filter");
  const auto values = table.numbers(column);
  shrink(selection, "filter", fmt::format("{} > {}", column, bound),
         [&](std::size_t i) { return values[selection.rows[i]] > bound; });
  return {};
}

Result<void> drop_duplicates(const Table& table, DuplicateRule rule, Selection& selection) {
  if (rule == DuplicateRule::track_id && !table.has("track_id")) {
    return lacks(table, "track_id", "the removal of duplicates");
  }
  if (rule == DuplicateRule::song && !(table.has("artist") && table.has("title"))) {
    return lacks(table, table.has("artist") ? "title" : "artist", "the removal of duplicates");
  }
  const std::vector<std::size_t> sets = duplicate_sets(table, rule, selection);
  const auto popularity = table.numbers("popularity");
  const auto popularity_of = [&](std::size_t i) {
    const double value = popularity.empty() ? 0 : popularity[selection.rows[i]];
    return std::isnan(value) ? -1 : value;
  };
  std::unordered_map<std::size_t, std::size_t> kept;  // set -> position
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto [best, first] = kept.emplace(sets[i], i);
    if (!first && popularity_of(i) > popularity_of(best->second)) best->second = i;
  }
  std::vector<bool> keep(sets.size(), false);
  for (const auto& [set, position] : kept) keep[position] = true;
  shrink(selection, "drop duplicates", fmt::format("same {}", name_of(rule)),
         [&](std::size_t i) -> bool { return keep[i]; });
  return {};
}

Result<void> label_rows(const Table& table, const LabelSpec& spec, Selection& selection) {
  const bool by_target = spec.rule == LabelRule::target;
  const std::string_view column = by_target ? "target" : "popularity";
  if (!table.has(column)) return lacks(table, column, "the label");
  const auto values = table.numbers(column);
  shrink(selection, "labelled", by_target ? "rows with a target" : "rows with a popularity",
         [&](std::size_t i) { return !std::isnan(values[selection.rows[i]]); });
  if (!by_target && spec.drop_unheard) {
    shrink(selection, "drop unheard", "popularity 0",
           [&](std::size_t i) { return values[selection.rows[i]] > 0; });
  }

  std::string note;
  std::vector<std::uint8_t> hit(selection.rows.size());
  const auto set_at_least = [&](std::size_t i, double bound) {
    hit[i] = values[selection.rows[i]] >= bound ? 1 : 0;
  };
  switch (spec.rule) {
    case LabelRule::popularity_threshold:
      note = fmt::format("popularity >= {}", spec.threshold);
      for (std::size_t i = 0; i < hit.size(); ++i) set_at_least(i, spec.threshold);
      break;
    case LabelRule::table_median: {
      std::vector<double> all;
      for (const std::uint32_t row : selection.rows) all.push_back(values[row]);
      const double bound = all.empty() ? 0 : median(std::move(all));
      note = fmt::format("popularity >= {}, the table's median", bound);
      for (std::size_t i = 0; i < hit.size(); ++i) set_at_least(i, bound);
      break;
    }
    case LabelRule::genre_median: {
      if (!table.has("genre")) return lacks(table, "genre", "the label");
      const auto genres = table.texts("genre");
      std::map<TextId, std::vector<std::size_t>> members;
      for (std::size_t i = 0; i < hit.size(); ++i) members[genres[selection.rows[i]]].push_back(i);
      for (const auto& [genre, positions] : members) {
        std::vector<double> all;
        for (const std::size_t i : positions) all.push_back(values[selection.rows[i]]);
        const double bound = median(std::move(all));
        for (const std::size_t i : positions) set_at_least(i, bound);
      }
      note = fmt::format("popularity >= the median of each of {} genres", members.size());
      break;
    }
    case LabelRule::outer_thirds: {
      std::vector<double> sorted;
      for (const std::uint32_t row : selection.rows) sorted.push_back(values[row]);
      std::sort(sorted.begin(), sorted.end());
      const double lower = sorted.empty() ? 0 : sorted[(sorted.size() - 1) / 3];
      const double upper = sorted.empty() ? 0 : sorted[(sorted.size() - 1) - (sorted.size() - 1) / 3];
      note = fmt::format("popularity >= {} or <= {}, the outer thirds", upper, lower);
      shrink(selection, "drop the middle", note, [&](std::size_t i) {
        const double value = values[selection.rows[i]];
        return value >= upper || value <= lower;
      });
      hit.resize(selection.rows.size());
      for (std::size_t i = 0; i < hit.size(); ++i) set_at_least(i, upper);
      break;
    }
    case LabelRule::target:
      note = "the table's own target";
      for (std::size_t i = 0; i < hit.size(); ++i) {
        const double value = values[selection.rows[i]];
        if (value != 0 && value != 1) {
          return fail(ErrorKind::table_invalid,
                      fmt::format("A target is 0 or 1, not {} (data row {}).", value, selection.rows[i] + 1));
        }
        hit[i] = value == 1 ? 1 : 0;
      }
      break;
  }
  selection.hit = std::move(hit);
  const std::size_t rows = selection.rows.size();
  selection.stages.push_back(
      {"label", rows, rows,
       fmt::format("{}: {} hits, {} flops", note, selection.hits(), rows - selection.hits())});
  return {};
}

void undersample(std::uint64_t seed, Selection& selection) {
  std::array<std::vector<std::size_t>, 2> classes;
  for (std::size_t i = 0; i < selection.rows.size(); ++i) classes[selection.hit[i]].push_back(i);
  const std::size_t size = std::min(classes[0].size(), classes[1].size());
  std::vector<bool> keep(selection.rows.size(), false);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    Random random = Random(seed).fork(c);
    if (classes[c].size() > size) random.shuffle(std::span(classes[c]));
    for (std::size_t k = 0; k < size; ++k) keep[classes[c][k]] = true;
  }
  shrink(selection, "undersample", fmt::format("1:1, seed {}", seed),
         [&](std::size_t i) -> bool { return keep[i]; });
}

std::string_view name_of(DuplicateRule rule) {
  switch (rule) {
    case DuplicateRule::row:
      return "row";
    case DuplicateRule::track_id:
      return "track_id";
    case DuplicateRule::song:
      return "song";
  }
  return "";
}

std::string_view name_of(LabelRule rule) {
  switch (rule) {
    case LabelRule::popularity_threshold:
      return "threshold";
    case LabelRule::table_median:
      return "median";
    case LabelRule::genre_median:
      return "genre_median";
    case LabelRule::outer_thirds:
      return "outer_thirds";
    case LabelRule::target:
      return "target";
  }
  return "";
}

}  // namespace hitscope
