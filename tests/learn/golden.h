// The reference split of the reference table (HITSCOPE_SHARED, default ../shared): 40,614 training and 10,154
// test rows, standardised on the training part, with scikit-learn's probabilities for the test rows.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/table.h"
#include "learn/dataset.h"
#include "learn/standard_scaler.h"

namespace hitscope::testing {

inline std::filesystem::path shared_folder() {
  const char* folder = std::getenv("HITSCOPE_SHARED");
  return folder != nullptr ? folder : std::filesystem::path(HITSCOPE_SOURCE_DIR) / ".." / "shared";
}

inline const std::vector<std::string> kFiveFeatures = {"tempo", "loudness", "key", "mode", "energy"};
inline const std::vector<std::string> kThirteenFeatures = {
    "tempo",       "loudness",     "key",           "mode",         "energy",
    "duration_ms", "danceability", "speechiness",   "acousticness", "instrumentalness",
    "liveness",    "valence",      "time_signature"};

struct GoldenSplit {
  Dataset train;
  Dataset test;
  Scaler scaler;
};

// The numeric columns of a small CSV file without quotes.
inline std::unordered_map<std::string, std::vector<std::string>> read_plain_csv(
    const std::filesystem::path& path) {
  std::ifstream file(path);
  std::unordered_map<std::string, std::vector<std::string>> columns;
  std::string line;
  std::getline(file, line);
  const auto fields_of = [](const std::string& text) {
    std::vector<std::string> fields;
    std::stringstream stream(text);
    for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
    return fields;
  };
  const std::vector<std::string> names = fields_of(line);
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = fields_of(line);
    for (std::size_t c = 0; c < fields.size(); ++c) columns[names[c]].push_back(fields[c]);
  }
  return columns;
}

// Nothing when the reference material is not there.
inline std::optional<GoldenSplit> golden_split(const std::vector<std::string>& features) {
  const auto data_path = shared_folder() / "data" / "spotify_tracks_114k.csv";
  const auto split_path = shared_folder() / "golden" / "seed_split.csv";
  if (!std::filesystem::exists(data_path) || !std::filesystem::exists(split_path)) return std::nullopt;
  const auto table = Table::read(data_path);
  if (!table) throw std::runtime_error(table.error().message + " " + table.error().detail);

  std::unordered_map<std::size_t, std::uint32_t> row_of_index;
  const auto indices = table->numbers("index");
  for (std::uint32_t row = 0; row < indices.size(); ++row)
    row_of_index[static_cast<std::size_t>(indices[row])] = row;

  auto split = read_plain_csv(split_path);
  GoldenSplit golden;
  for (Dataset* part : {&golden.train, &golden.test}) {
    std::vector<std::uint32_t> rows;
    for (std::size_t i = 0; i < split["index"].size(); ++i) {
      if (split["part"][i] != (part == &golden.train ? "train" : "test")) continue;
      rows.push_back(row_of_index.at(std::stoul(split["index"][i])));
      part->y.push_back(split["hit"][i] == "1" ? 1 : 0);
    }
    part->x = *table->matrix(features, rows);
  }
  golden.scaler = *fit_scaler(golden.train.x);
  golden.train.x = standardise(golden.scaler, golden.train.x);
  golden.test.x = standardise(golden.scaler, golden.test.x);
  return golden;
}

// scikit-learn's P(hit) for each test row by one model ("knn", "adaboost", ...), five features.
inline std::vector<double> golden_probabilities(const std::string& model) {
  auto columns = read_plain_csv(shared_folder() / "golden" / "sklearn_test_probabilities.csv");
  std::vector<double> values;
  for (const std::string& field : columns.at(model)) values.push_back(std::stod(field));
  return values;
}

}  // namespace hitscope::testing
