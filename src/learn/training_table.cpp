#include "learn/training_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_set>
#include <utility>

#include "data/song_key.h"

namespace hitscope {
namespace {

bool has_both_classes(std::span<const std::uint8_t> labels) {
  return std::find(labels.begin(), labels.end(), std::uint8_t{0}) != labels.end() &&
         std::find(labels.begin(), labels.end(), std::uint8_t{1}) != labels.end();
}

// The neutral value of a column that a published table lacks; none where inventing one would mislead.
std::optional<float> neutral_value(std::string_view feature) {
  if (feature == "time_signature") return 4.0F;
  return std::nullopt;
}

// Labels by a rule for all of the selected rows, kNoLabel where the rule gives none.
Result<std::vector<std::uint8_t>> labels_by(const Table& table, const LabelSpec& spec,
                                            const Selection& selection, std::vector<StageReport>* stages) {
  Selection labelled = selection;
  labelled.stages.clear();
  if (auto done = label_rows(table, spec, labelled); !done) return tl::unexpected(done.error());
  if (stages != nullptr) stages->push_back(labelled.stages.back());
  std::vector<std::uint8_t> labels(selection.rows.size(), kNoLabel);
  std::size_t next = 0;
  for (std::size_t i = 0; i < selection.rows.size() && next < labelled.rows.size(); ++i) {
    if (selection.rows[i] == labelled.rows[next]) labels[i] = labelled.hit[next++];
  }
  return labels;
}

// FNV-1a; 0 stands for no name.
std::uint64_t hash_of(std::string_view name) {
  if (name.empty()) return 0;
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

Result<TrainingTable> with_features(const Table& table, Selection selection, const Recipe& recipe,
                                    ArtistNumbers& artists) {
  TrainingTable result;
  result.name = table.name();
  result.source_rows = table.rows();
  result.rows = std::move(selection.rows);
  result.stages = std::move(selection.stages);
  result.x = Matrix<float>(result.size(), recipe.features.size());
  for (std::size_t c = 0; c < recipe.features.size(); ++c) {
    const std::string& feature = recipe.features[c];
    if (table.has(feature)) {
      const auto values = table.numbers(feature);
      for (std::size_t r = 0; r < result.size(); ++r) {
        result.x(r, c) = static_cast<float>(values[result.rows[r]]);
      }
      continue;
    }
    const auto neutral = neutral_value(feature);
    if (!neutral) {
      return fail(ErrorKind::table_invalid,
                  fmt::format("The table \"{}\" has no column {}, which the recipe learns from.",
                              table.name(), feature));
    }
    for (std::size_t r = 0; r < result.size(); ++r) result.x(r, c) = *neutral;
    result.filled.push_back(feature);
  }
  const auto artist_texts = table.texts("artist");
  const auto genre_texts = table.texts("genre");
  const auto id_texts = table.texts("track_id");
  const auto title_texts = table.texts("title");
  std::unordered_map<TextId, std::uint32_t> genre_numbers;
  for (const std::uint32_t row : result.rows) {
    SongNames names{};
    if (!id_texts.empty()) names[0] = hash_of(table.text(id_texts[row]));
    if (!artist_texts.empty() && !title_texts.empty()) {
      names[1] = hash_of(song_key(table.text(artist_texts[row]), table.text(title_texts[row])));
    }
    result.songs.push_back(names);
    result.artist.push_back(artists.number(artist_texts.empty() ? "" : table.text(artist_texts[row])));
    if (genre_texts.empty()) continue;
    const auto [place, is_new] =
        genre_numbers.emplace(genre_texts[row], static_cast<std::uint32_t>(result.genres.size()));
    if (is_new) result.genres.emplace_back(table.text(genre_texts[row]));
    result.genre.push_back(place->second);
  }
  return result;
}

}  // namespace

std::uint32_t ArtistNumbers::number(std::string_view artist) {
  std::string key = artist_key(artist);
  if (key.empty()) return next_++;
  const auto [place, is_new] = numbers_.emplace(std::move(key), next_);
  if (is_new) ++next_;
  return place->second;
}

bool TrainingTable::has_event() const {
  return has_both_classes(event);
}
bool TrainingTable::has_own() const {
  return has_both_classes(own);
}

Result<TrainingTable> prepare_table(const Table& table, const Recipe& recipe, ArtistNumbers& artists) {
  Selection selection = Selection::all(table);
  std::vector<std::string> present;
  std::copy_if(recipe.features.begin(), recipe.features.end(), std::back_inserter(present),
               [&](const std::string& feature) { return table.has(feature); });
  if (auto done = drop_nulls(table, present, selection); !done) return tl::unexpected(done.error());
  if (recipe.energy_above) {
    auto done = keep_above(table, "energy", *recipe.energy_above, selection);
    if (!done) return tl::unexpected(done.error());
  }
  for (const DuplicateRule rule : recipe.duplicates) {
    const bool possible = rule == DuplicateRule::row ||
                          (rule == DuplicateRule::track_id && table.has("track_id")) ||
                          (rule == DuplicateRule::song && table.has("artist") && table.has("title"));
    if (!possible) {
      const std::size_t rows = selection.rows.size();
      selection.stages.push_back(
          {"drop duplicates", rows, rows,
           fmt::format("same {}: skipped, the table does not name it", name_of(rule))});
      continue;
    }
    if (auto done = drop_duplicates(table, rule, selection); !done) return tl::unexpected(done.error());
  }
  if (selection.rows.empty()) {
    return fail(ErrorKind::table_invalid,
                fmt::format("No row of the table \"{}\" is left to learn from.", table.name()));
  }

  const bool popular = table.has("popularity");
  const bool targeted = table.has("target");
  if (!popular && !targeted) {
    return fail(ErrorKind::table_invalid,
                fmt::format("The table \"{}\" has neither popularity nor target, so it teaches nothing.",
                            table.name()));
  }
  const std::size_t rows = selection.rows.size();
  std::vector<std::uint8_t> event(rows, kNoLabel);
  std::vector<std::uint8_t> own;
  std::vector<std::vector<std::uint8_t>> lessons;
  std::vector<StageReport> label_stages;
  if (popular) {
    auto labels = labels_by(table, {.threshold = recipe.event_popularity}, selection, &label_stages);
    if (!labels) return tl::unexpected(labels.error());
    event = std::move(*labels);
  }
  const LabelSpec own_spec = targeted ? LabelSpec{.rule = LabelRule::target}
                                      : LabelSpec{.rule = LabelRule::table_median, .drop_unheard = true};
  auto own_labels = labels_by(table, own_spec, selection, &label_stages);
  if (!own_labels) return tl::unexpected(own_labels.error());
  own = std::move(*own_labels);
  for (const Lesson& lesson : recipe.lessons) {
    if (!popular) {
      lessons.push_back(own);
      continue;
    }
    auto labels = labels_by(table, lesson.label, selection, &label_stages);
    if (!labels) return tl::unexpected(labels.error());
    lessons.push_back(std::move(*labels));
  }
  auto result = with_features(table, std::move(selection), recipe, artists);
  if (!result) return result;
  result->event = std::move(event);
  result->own = std::move(own);
  result->lessons = std::move(lessons);
  result->stages.insert(result->stages.end(), label_stages.begin(), label_stages.end());
  return result;
}

std::vector<std::uint32_t> rows_without_songs_of(const TrainingTable& table, const TrainingTable& other) {
  std::unordered_set<std::uint64_t> known;
  for (const SongNames& names : other.songs) known.insert(names.begin(), names.end());
  known.erase(0);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    const SongNames& names = table.songs[row];
    if (!known.contains(names[0]) && !known.contains(names[1])) rows.push_back(row);
  }
  return rows;
}

Result<TrainingTable> prepare_selection(const Table& table, const Selection& selection, const Recipe& recipe,
                                        ArtistNumbers& artists) {
  auto result = with_features(table, selection, recipe, artists);
  if (!result) return result;
  result->event = selection.hit;
  result->own = selection.hit;
  return result;
}

}  // namespace hitscope
