# How a folder of src/ becomes a target. A folder sees only the folders it DEPENDS on (and theirs):
# including another one's header compiles, since all share src/ as include root, but does not link.

add_library(hitscope_options INTERFACE)
target_include_directories(hitscope_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(hitscope_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)
# std::fma and friends must not change with the compiler's mood: same bytes in, same bytes out.
target_compile_options(hitscope_options INTERFACE -ffp-contract=off)
if(HITSCOPE_SANITIZE)
  target_compile_options(hitscope_options INTERFACE
    -fsanitize=${HITSCOPE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(hitscope_options INTERFACE -fsanitize=${HITSCOPE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC documents that -fsanitize makes this warning see what is not there, as inside std::regex.
    target_compile_options(hitscope_options INTERFACE -Wno-maybe-uninitialized)
    # ThreadSanitizer does not know fences, which Asio uses on top of its locks.
    target_compile_options(hitscope_options INTERFACE -Wno-tsan)
  endif()
endif()

# Folders that wait for files, sockets and people, not for arithmetic: -O1 takes a quarter off their compilation.
set(HITSCOPE_WAITING_FOLDERS report egress fetch ingest store server cli)

# hitscope_light(TARGET): optimised for the compiler's time. Under sanitizers not at all: their checks cost more
# to optimise than to run, three times the compilation, and nothing is optimised away before it is checked.
function(hitscope_light target)
  if(HITSCOPE_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  else()
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()

# Most of what these folders cost to compile is their libraries' templates (Beast, nlohmann/json, CLI11), the
# same ones file after file: sixteen files in one compilation take about a third of the time. Names in
# anonymous namespaces must then differ within a folder. The lints compile each file alone (HITSCOPE_UNITY
# off), so that none can live on its neighbour's includes.
set(HITSCOPE_UNITY_FOLDERS data model learn report egress fetch ingest store server cli)

# hitscope_compile_together(TARGET): its sources by the batch, unless HITSCOPE_UNITY is off.
function(hitscope_compile_together target)
  if(NOT HITSCOPE_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A batch is no header: what is in its anonymous namespaces exists once all the same.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
  # Highway's sources include themselves once an instruction set, and cannot share a compilation.
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    file(STRINGS ${source} itself REGEX "<hwy/foreach_target.h>")
    if(itself)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

# hitscope_library(NAME [DEPENDS folder...] [PACKAGES package...] [PRIVATE package...])
# PACKAGES are part of the folder's public headers, PRIVATE ones stay inside its sources.
function(hitscope_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PACKAGES;PRIVATE" ${ARGN})
  if(HITSCOPE_ROOMS_FROM)
    hitscope_built_library(${name} ${ARGN})
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(hitscope_${name} STATIC ${sources})
  set_target_properties(hitscope_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(name IN_LIST HITSCOPE_WAITING_FOLDERS)
    hitscope_light(hitscope_${name})
  elseif(name STREQUAL data)
    target_compile_options(hitscope_${name} PRIVATE $<$<CONFIG:Release>:-O2>)
  endif()
  if(name IN_LIST HITSCOPE_UNITY_FOLDERS)
    hitscope_compile_together(hitscope_${name})
  endif()
  target_link_libraries(hitscope_${name} PUBLIC hitscope_options)
  foreach(folder IN LISTS ARG_DEPENDS)
    target_link_libraries(hitscope_${name} PUBLIC hitscope_${folder})
  endforeach()
  foreach(package IN LISTS ARG_PACKAGES)
    target_link_libraries(hitscope_${name} PUBLIC hitscope::${package})
  endforeach()
  foreach(package IN LISTS ARG_PRIVATE)
    target_link_libraries(hitscope_${name} PRIVATE hitscope::${package})
  endforeach()
endfunction()

# The same library as another build of this source made it (HITSCOPE_ROOMS_FROM).
function(hitscope_built_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PACKAGES;PRIVATE" ${ARGN})
  add_library(hitscope_${name} STATIC IMPORTED GLOBAL)
  set_target_properties(hitscope_${name} PROPERTIES IMPORTED_LOCATION ${HITSCOPE_ROOMS_FROM}/libhitscope_${name}.a)
  target_link_libraries(hitscope_${name} INTERFACE hitscope_options)
  foreach(folder IN LISTS ARG_DEPENDS)
    target_link_libraries(hitscope_${name} INTERFACE hitscope_${folder})
  endforeach()
  foreach(package IN LISTS ARG_PACKAGES ARG_PRIVATE)
    target_link_libraries(hitscope_${name} INTERFACE hitscope::${package})
  endforeach()
endfunction()

# hitscope_program(NAME FOLDER ...): the same for a folder with a main.cpp, whose other files also form
# the library hitscope_FOLDER, so that tests can link them.
function(hitscope_program program folder)
  cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE" ${ARGN})
  hitscope_library(${folder} ${ARGN})
  get_target_property(sources hitscope_${folder} SOURCES)
  list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/src/${folder}/main.cpp)
  set_property(TARGET hitscope_${folder} PROPERTY SOURCES ${sources})
  add_executable(${program} ${PROJECT_SOURCE_DIR}/src/${folder}/main.cpp)
  target_link_libraries(${program} PRIVATE hitscope_${folder})
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
endfunction()

# hitscope_test(FOLDER [LIBS folder...]): tests/FOLDER/*_test.cpp as one program, hitscope_FOLDER_tests.
function(hitscope_test folder)
  cmake_parse_arguments(ARG "" "" "LIBS;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(hitscope_${folder}_tests ${sources})
  hitscope_compile_together(hitscope_${folder}_tests)
  hitscope_light(hitscope_${folder}_tests)
  if(HITSCOPE_FUZZERS)  # what a fuzzer covers is the libraries
    target_compile_options(hitscope_${folder}_tests PRIVATE -fno-sanitize=fuzzer-no-link)
  endif()
  target_link_libraries(hitscope_${folder}_tests PRIVATE hitscope_${folder} GTest::gtest GTest::gtest_main)
  target_include_directories(hitscope_${folder}_tests PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(hitscope_${folder}_tests PRIVATE HITSCOPE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  foreach(library IN LISTS ARG_LIBS)
    target_link_libraries(hitscope_${folder}_tests PRIVATE hitscope_${library})
  endforeach()
  foreach(package IN LISTS ARG_PRIVATE)
    target_link_libraries(hitscope_${folder}_tests PRIVATE hitscope::${package})
  endforeach()
  set_target_properties(hitscope_${folder}_tests PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${folder} COMMAND hitscope_${folder}_tests)
endfunction()

# The demo tracks, rendered once at build time into build/<preset>/demo/ by the project's own generator.
function(hitscope_demo_tracks)
  add_executable(hitscope-synth ${PROJECT_SOURCE_DIR}/src/synth/main/hitscope_synth.cpp)
  target_link_libraries(hitscope-synth PRIVATE hitscope_synth)
  set_target_properties(hitscope-synth PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  add_custom_command(
    OUTPUT ${PROJECT_BINARY_DIR}/demo/.rendered
    COMMAND hitscope-synth --demo ${PROJECT_BINARY_DIR}/demo
    COMMAND ${CMAKE_COMMAND} -E touch ${PROJECT_BINARY_DIR}/demo/.rendered
    DEPENDS hitscope-synth
    COMMENT "Rendering the demo tracks")
  add_custom_target(demo_tracks ALL DEPENDS ${PROJECT_BINARY_DIR}/demo/.rendered)
endfunction()
