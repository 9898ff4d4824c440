// Where models live: from the name or path a person gives to the bundle's file.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace hitscope {

// The folders searched, in order: $HITSCOPE_MODELS (when set), then `own`, the caller's (when not empty),
// then beside the running program: models/, ../../models/ (a build tree), ../share/hitscope/models/
// (installed).
[[nodiscard]] std::vector<std::filesystem::path> model_folders(const std::filesystem::path& own = {});

// A name ("default", "attributes": letters, digits, '-' and '_') is looked up as NAME.safetensors in
// model_folders(own); anything else is a path. Errors: not_found, with the places tried.
[[nodiscard]] Result<std::filesystem::path> find_bundle(std::string_view name_or_path,
                                                        const std::filesystem::path& own = {});

}  // namespace hitscope
