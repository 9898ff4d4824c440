# Puts web pages into a library, so that the program serves them from itself (src/server/pages.h).
#
# hitscope_embed_pages(TARGET FOLDER OPENAPI_YAML [EXTRA_DIR folder])
#   FOLDER        its files: index.html becomes "/", docs.html "/docs", any other "/NAME"
#   OPENAPI_YAML  converted to JSON and served as "/openapi.json"
#   EXTRA_DIR     the built dashboard, where there is one: its files win over those of FOLDER
#
# A file edited makes the build embed again; one added or removed makes CMake configure again.

function(hitscope_embed_pages target folder openapi_yaml)
  cmake_parse_arguments(ARG "" "EXTRA_DIR" "" ${ARGN})
  add_executable(embed_pages ${PROJECT_SOURCE_DIR}/src/server/main/embed_pages.cpp)
  target_compile_options(embed_pages PRIVATE -O0)  # runs once, and every build waits for it
  target_link_libraries(embed_pages PRIVATE hitscope_options hitscope::yamlcpp hitscope::json)

  set(files "")
  set(words "")
  foreach(root IN ITEMS ${folder} ${ARG_EXTRA_DIR})
    file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${root} ${root}/*)
    list(FILTER found EXCLUDE REGEX "(^|/)\\.")  # such as .vite/manifest.json
    list(TRANSFORM found PREPEND ${root}/)
    list(APPEND files ${found})
    list(APPEND words --root ${root} ${found})
  endforeach()

  set(generated ${PROJECT_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${generated})
  add_custom_command(
    OUTPUT ${generated}/pages.cpp ${generated}/pages.bin
    COMMAND embed_pages ${generated}/pages.cpp ${generated}/pages.bin --openapi ${openapi_yaml} ${words}
    DEPENDS embed_pages ${openapi_yaml} ${files}
    VERBATIM
    COMMENT "Embedding the pages")
  set_source_files_properties(${generated}/pages.cpp PROPERTIES OBJECT_DEPENDS ${generated}/pages.bin)
  target_sources(${target} PRIVATE ${generated}/pages.cpp)
endfunction()
