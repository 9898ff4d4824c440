// The bundle a command was asked for, loaded and ready.
#pragma once

#include <string>

#include "core/error.h"
#include "model/predictor.h"

namespace hitscope::cli {

// Errors: those of find_bundle and load_bundle.
[[nodiscard]] Result<Predictor> load_predictor(const std::string& name_or_path);

}  // namespace hitscope::cli
