// What the columns of a table mean: the product's names for columns, and which header names stand for them.
//
// Numbers: the 13 attributes of the Spotify scale, popularity (0..100), a given target (0 or 1), and what the
// reference tables hold of measured audio. Texts: track_id, artist, title, genre. A table need not have them
// all. Units: tempo in beats a minute, loudness in dB (Spotify's scale, near LUFS + 2), duration in ms, key
// 0 = C ... 11 = B, mode 1 major and 0 minor, time_signature in beats a bar; the others are 0..1.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace hitscope {

// The attributes a model can learn from, in the order they are shown.
inline constexpr std::array<std::string_view, 13> kAttributes = {
    "tempo",        "loudness",         "key",         "mode",     "energy",  "duration_ms",   "danceability",
    "acousticness", "instrumentalness", "speechiness", "liveness", "valence", "time_signature"};

// Every other numeric column with a meaning here. `index` names a row (as split files do); the last block is
// audio measured by librosa (means over frames) and by ITU-R BS.1770.
inline constexpr std::array<std::string_view, 11> kOtherNumbers = {"index",
                                                                   "popularity",
                                                                   "target",
                                                                   "rms",
                                                                   "spectral_centroid_hz",
                                                                   "spectral_bandwidth_hz",
                                                                   "spectral_rolloff_hz",
                                                                   "zero_crossing_rate",
                                                                   "mfcc_mean",
                                                                   "chroma_mean",
                                                                   "integrated_lufs"};

inline constexpr std::array<std::string_view, 4> kTexts = {"track_id", "artist", "title", "genre"};

[[nodiscard]] bool is_number_column(std::string_view name);
[[nodiscard]] bool is_text_column(std::string_view name);

// "column `source` of the file is our `name`"
struct ColumnMapping {
  std::string name;
  std::string source;
};

struct TableSchema {
  std::string name;   // "spotify_tracks", ...; "table" for an unknown one
  std::string title;  // for people: "Spotify Tracks Dataset (114 genres)"
  std::vector<ColumnMapping> columns;
};

// Parses "tempo=BPM". Errors: table_invalid (no "=", or no such column of ours).
[[nodiscard]] Result<ColumnMapping> parse_mapping(std::string_view text);

// Recognises a known table by its header; for any other one, columns stand for themselves where their name is
// one of ours. `mappings` then override, column by column.
// Errors: table_invalid (a mapping names a column that the header lacks, or maps one name twice).
[[nodiscard]] Result<TableSchema> resolve_schema(std::span<const std::string> header,
                                                 std::span<const ColumnMapping> mappings = {});

}  // namespace hitscope
