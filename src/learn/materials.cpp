#include "learn/materials.h"

#include <fmt/format.h>

#include <utility>

#include "core/random.h"
#include "learn/serving_match.h"

namespace hitscope {
namespace {

tl::unexpected<Error> within(const std::filesystem::path& file, Error error) {
  error.message = fmt::format("{}: {}", file.filename().string(), error.message);
  return tl::unexpected(std::move(error));
}

}  // namespace

Result<Materials> read_materials(std::span<const std::filesystem::path> files,
                                 std::span<const ColumnMapping> mappings, const Recipe& recipe) {
  Materials materials;
  std::optional<Table> lufs;
  std::optional<Table> measured;
  ArtistNumbers artists;
  for (const std::filesystem::path& file : files) {
    auto reader = CsvReader::open(file);
    if (!reader) return within(file, reader.error());
    const auto plain = resolve_schema(reader->header());
    if (!plain) return within(file, plain.error());
    auto table = Table::read(*reader, plain->name == "table" ? mappings : std::span<const ColumnMapping>());
    if (!table) return within(file, table.error());
    materials.files.push_back({file, table->name(), table->rows()});
    if (table->name() == "lufs_vs_spotify") {
      lufs = std::move(*table);
    } else if (table->name() == "librosa_plus_spotify") {
      measured = std::move(*table);
    } else {
      auto prepared = prepare_table(*table, recipe, artists);
      if (!prepared) return within(file, prepared.error());
      if (prepared->name == "table") prepared->name = file.stem().string();
      materials.tables.push_back(std::move(*prepared));
    }
  }
  if (materials.tables.empty()) {
    return fail(ErrorKind::table_invalid, "None of the files is a table to learn from.");
  }
  if (lufs && measured) {
    auto estimators = fit_attribute_estimators(*lufs, *measured, {.seed = recipe.seed});
    if (!estimators) return tl::unexpected(estimators.error());
    materials.estimators = std::move(*estimators);
  }
  if (recipe.match_serving && materials.estimators) {
    const Random seeds(recipe.seed);
    materials.served = materials.tables;
    for (std::size_t t = 0; t < materials.served.size(); ++t) {
      match_serving(materials.served[t], recipe.features, materials.estimators->tracks, recipe.serving_errors,
                    seeds.fork(t).next());
    }
  }
  return materials;
}

}  // namespace hitscope
