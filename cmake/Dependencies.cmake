# Every outside library under one name, hitscope::NAME, however its package describes itself. All come from
# Debian's packages (script/bootstrap); their headers count as system headers, so our warnings stay ours.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
add_library(hitscope::threads ALIAS Threads::Threads)

function(hitscope_pkgconfig name)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${ARGN})
  add_library(hitscope::${name} ALIAS PkgConfig::${name})
endfunction()

function(hitscope_header_only name header)
  find_path(HITSCOPE_${name}_INCLUDE ${header} ${ARGN} REQUIRED)
  add_library(hitscope_dep_${name} INTERFACE)
  target_include_directories(hitscope_dep_${name} SYSTEM INTERFACE ${HITSCOPE_${name}_INCLUDE})
  add_library(hitscope::${name} ALIAS hitscope_dep_${name})
endfunction()

hitscope_pkgconfig(mpg123 libmpg123)
hitscope_pkgconfig(sndfile sndfile)
hitscope_pkgconfig(soxr soxr)
hitscope_pkgconfig(ebur128 libebur128)
hitscope_pkgconfig(hwy libhwy)
hitscope_pkgconfig(ffmpeg libavformat libavcodec libswresample libavutil)
hitscope_pkgconfig(fmt fmt)

hitscope_header_only(expected tl/expected.hpp)
hitscope_header_only(json nlohmann/json.hpp)
hitscope_header_only(tomlplusplus toml++/toml.h)
hitscope_header_only(eigen3 Eigen/Core PATH_SUFFIXES eigen3)

find_path(HITSCOPE_KISSFFT_INCLUDE kissfft/kiss_fftr.h REQUIRED)
find_library(HITSCOPE_KISSFFT_LIBRARY kissfft-float REQUIRED)
add_library(hitscope_dep_kissfft INTERFACE)
target_include_directories(hitscope_dep_kissfft SYSTEM INTERFACE ${HITSCOPE_KISSFFT_INCLUDE})
target_link_libraries(hitscope_dep_kissfft INTERFACE ${HITSCOPE_KISSFFT_LIBRARY})
add_library(hitscope::kissfft ALIAS hitscope_dep_kissfft)

# hitscope_libraries(NAME HEADER LIBRARY... [PACKAGES package...]): what describes itself to no one.
function(hitscope_libraries name header)
  cmake_parse_arguments(ARG "" "" "PACKAGES" ${ARGN})
  hitscope_header_only(${name} ${header})
  foreach(library IN LISTS ARG_UNPARSED_ARGUMENTS)
    find_library(HITSCOPE_${library}_LIBRARY ${library} REQUIRED)
    target_link_libraries(hitscope_dep_${name} INTERFACE ${HITSCOPE_${library}_LIBRARY})
  endforeach()
  foreach(package IN LISTS ARG_PACKAGES)
    target_link_libraries(hitscope_dep_${name} INTERFACE hitscope::${package})
  endforeach()
endfunction()

hitscope_libraries(xgboost xgboost/c_api.h xgboost)

# What only the program needs: the Python package is built without it.
if(HITSCOPE_PROGRAM)
  hitscope_pkgconfig(spdlog spdlog)
  hitscope_pkgconfig(seccomp libseccomp)
  hitscope_pkgconfig(cares libcares)
  hitscope_pkgconfig(openssl openssl)
  hitscope_pkgconfig(sqlite3 sqlite3)
  hitscope_pkgconfig(libpq libpq)
  hitscope_pkgconfig(yamlcpp yaml-cpp)
  hitscope_header_only(cli11 CLI/CLI.hpp)
  hitscope_header_only(boost boost/beast/version.hpp)
  hitscope_libraries(soci soci/soci.h soci_core soci_sqlite3 soci_postgresql PACKAGES sqlite3 libpq)
  # SOCI hides the type information that this one check of UBSan needs, so what includes it would not link.
  if(HITSCOPE_SANITIZE MATCHES "undefined")
    target_compile_options(hitscope_dep_soci INTERFACE -fno-sanitize=vptr)
  endif()
  hitscope_libraries(prometheus prometheus/registry.h prometheus-cpp-core)
endif()

if(HITSCOPE_TESTS)
  find_package(GTest REQUIRED)
endif()
