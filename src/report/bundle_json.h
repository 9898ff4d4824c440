// A bundle as JSON: what it predicts, what it was trained on, how good it is, what it takes in. The answer of
// `hitscope model show --format json` and of the Python package; unknown = null.
#pragma once

#include <string>

#include "model/bundle.h"
#include "report/json.h"

namespace hitscope {

// `path`: where it came from, as shown.
[[nodiscard]] std::string to_json(const Bundle& bundle, const std::string& path, JsonLayout layout);

}  // namespace hitscope
