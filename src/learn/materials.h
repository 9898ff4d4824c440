// The tables of one training or evaluation, read and made ready by a recipe.
//
// Tables are told apart by their headers (data/schema.h). Two kinds are not learned from but teach how
// measuring distorts: audio measured beside Spotify's attributes, and LUFS beside Spotify's loudness. Where
// the recipe matches serving and both are present, every training table is also made as serving would give it
// (serving_match.h).
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "data/recipe.h"
#include "data/schema.h"
#include "data/table.h"
#include "learn/attribute_estimators.h"
#include "learn/training_table.h"

namespace hitscope {

struct SourceFile {
  std::filesystem::path path;
  std::string table;  // the name of its schema
  std::size_t rows = 0;
};

struct Materials {
  std::vector<TrainingTable> tables;              // in the order of the files
  std::vector<TrainingTable> served;              // the same with inputs as served; may be empty
  std::optional<AttributeEstimators> estimators;  // with both measured tables present
  std::vector<SourceFile> files;
};

// `mappings` apply to tables that are not known ones. Errors: those of Table::read (the file's name is put
// before the message) and prepare_table; table_invalid (nothing to learn from).
[[nodiscard]] Result<Materials> read_materials(std::span<const std::filesystem::path> files,
                                               std::span<const ColumnMapping> mappings, const Recipe& recipe);

}  // namespace hitscope
