#include "data/schema.h"

#include <fmt/format.h>

#include <algorithm>

namespace hitscope {
namespace {

struct Alias {
  std::string_view name;
  std::string_view source;
};

// A published table: known by columns that no other one has together, with the names it gives to ours.
// Attributes under their own names need no entry.
struct KnownTable {
  std::string_view name;
  std::string_view title;
  std::vector<std::string_view> signature;
  std::vector<Alias> aliases;
};

const std::vector<KnownTable>& known_tables() {
  static const std::vector<KnownTable> kTables = {
      {"spotify_tracks",
       "Spotify Tracks Dataset, 114 genres",
       {"track_id", "artists", "track_name", "track_genre", "popularity"},
       {{"artist", "artists"}, {"title", "track_name"}, {"genre", "track_genre"}}},
      {"tidytuesday",
       "TidyTuesday Spotify songs, 2020",
       {"track_artist", "track_popularity", "playlist_genre"},
       {{"artist", "track_artist"},
        {"title", "track_name"},
        {"genre", "playlist_genre"},
        {"popularity", "track_popularity"}}},
      {"hit_predictor",
       "Spotify Hit Predictor, 1960s to 2010s",
       {"track", "artist", "uri", "target"},
       {{"title", "track"}, {"track_id", "uri"}}},
      {"musicoset",
       "MusicOSet, Billboard songs",
       {"song_id", "song_name", "artists", "song_type"},
       {{"track_id", "song_id"}, {"title", "song_name"}, {"artist", "artists"}}},
      {"librosa_plus_spotify",
       "Measured audio beside Spotify's attributes",
       {"track_name", "track_pop", "artist_name", "rmse", "spec_cent", "mfcc"},
       {{"track_id", "id"},
        {"title", "track_name"},
        {"artist", "artist_name"},
        {"popularity", "track_pop"},
        {"rms", "rmse"},
        {"spectral_centroid_hz", "spec_cent"},
        {"spectral_bandwidth_hz", "spec_bw"},
        {"spectral_rolloff_hz", "rolloff"},
        {"zero_crossing_rate", "zcr"},
        {"mfcc_mean", "mfcc"},
        {"chroma_mean", "chroma_stft"}}},
      {"lufs_vs_spotify",
       "BS.1770 loudness beside Spotify's",
       {"spotify_id", "integrated_lufs", "spotify_loudness_db"},
       {{"track_id", "spotify_id"}, {"loudness", "spotify_loudness_db"}}},
  };
  return kTables;
}

template <typename Range, typename Value>
bool contains(const Range& range, const Value& value) {
  return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

bool is_column(std::string_view name) {
  return is_number_column(name) || is_text_column(name);
}

}  // namespace

bool is_number_column(std::string_view name) {
  return contains(kAttributes, name) || contains(kOtherNumbers, name);
}
bool is_text_column(std::string_view name) {
  return contains(kTexts, name);
}

Result<ColumnMapping> parse_mapping(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) {
    return fail(ErrorKind::table_invalid,
                fmt::format("A column mapping reads like \"tempo=BPM\", not \"{}\".", text));
  }
  ColumnMapping mapping{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
  if (!is_column(mapping.name)) {
    return fail(ErrorKind::table_invalid, fmt::format("There is no column \"{}\" to map to.", mapping.name));
  }
  return mapping;
}

Result<TableSchema> resolve_schema(std::span<const std::string> header,
                                   std::span<const ColumnMapping> mappings) {
  TableSchema schema{.name = "table", .title = "A table", .columns = {}};
  const KnownTable* known = nullptr;
  for (const KnownTable& table : known_tables()) {
    if (std::all_of(table.signature.begin(), table.signature.end(),
                    [&](std::string_view column) { return contains(header, column); })) {
      known = &table;
      break;
    }
  }
  const auto set = [&](std::string_view name, std::string_view source) {
    const auto same = std::find_if(schema.columns.begin(), schema.columns.end(),
                                   [&](const ColumnMapping& column) { return column.name == name; });
    if (same != schema.columns.end()) {
      same->source = source;
    } else {
      schema.columns.push_back({std::string(name), std::string(source)});
    }
  };

  for (const std::string& column : header) {
    if (is_column(column)) set(column, column);
  }
  if (known != nullptr) {
    schema.name = known->name;
    schema.title = known->title;
    for (const Alias& alias : known->aliases) {
      if (contains(header, alias.source)) set(alias.name, alias.source);
    }
  }
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const ColumnMapping& mapping = mappings[i];
    if (!is_column(mapping.name)) {
      return fail(ErrorKind::table_invalid,
                  fmt::format("There is no column \"{}\" to map to.", mapping.name));
    }
    if (!contains(header, mapping.source)) {
      return fail(ErrorKind::table_invalid, fmt::format("The table has no column \"{}\" to read {} from.",
                                                        mapping.source, mapping.name));
    }
    const auto earlier = mappings.first(i);
    if (std::any_of(earlier.begin(), earlier.end(),
                    [&](const ColumnMapping& other) { return other.name == mapping.name; })) {
      return fail(ErrorKind::table_invalid, fmt::format("Two columns are mapped to {}.", mapping.name));
    }
    set(mapping.name, mapping.source);
  }
  return schema;
}

}  // namespace hitscope
