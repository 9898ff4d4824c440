// Any text as a recipe: a recipe or recipe_invalid, never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto recipe = hitscope::parse_recipe({reinterpret_cast<const char*>(data), size});
  if (recipe ? recipe->features.empty() : recipe.error().kind != hitscope::ErrorKind::recipe_invalid)
    std::abort();
  return 0;
}
