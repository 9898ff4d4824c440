#include "cli/bundle_choice.h"

#include <utility>

#include "model/find_bundle.h"

namespace hitscope::cli {

Result<Predictor> load_predictor(const std::string& name_or_path) {
  const auto path = find_bundle(name_or_path);
  if (!path) return tl::unexpected(path.error());
  Result<Bundle> bundle = load_bundle(*path);
  if (!bundle) return tl::unexpected(std::move(bundle.error()));
  return Predictor(std::move(*bundle));
}

}  // namespace hitscope::cli
