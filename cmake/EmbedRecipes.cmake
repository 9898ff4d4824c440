# Compiles research/recipes/*.toml into hitscope_data, so that `--recipe audio` needs no file.
# Each becomes a raw string; a recipe edited or added makes CMake configure again.

function(hitscope_embed_recipes target folder)
  if(HITSCOPE_ROOMS_FROM)
    return()  # they are in that library already
  endif()
  file(GLOB recipes CONFIGURE_DEPENDS ${folder}/*.toml)  # sorted by name
  set(entries "")
  foreach(path IN LISTS recipes)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    file(READ ${path} text)
    string(APPEND entries "    {\"${name}\", R\"recipe(${text})recipe\"},\n")
  endforeach()
  set(source ${PROJECT_BINARY_DIR}/generated/built_in_recipes.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[// Made by cmake/EmbedRecipes.cmake from research/recipes.
#include "data/recipe.h"

namespace hitscope {
namespace {

constexpr BuiltInRecipe kRecipes[] = {
@entries@};

}  // namespace

std::span<const BuiltInRecipe> built_in_recipes() { return kRecipes; }

}  // namespace hitscope
]])
  target_sources(${target} PRIVATE ${source})
endfunction()
