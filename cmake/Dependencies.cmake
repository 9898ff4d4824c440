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
hitscope_pkgconfig(spdlog spdlog)

hitscope_header_only(expected tl/expected.hpp)
hitscope_header_only(json nlohmann/json.hpp)
hitscope_header_only(cli11 CLI/CLI.hpp)
hitscope_header_only(tomlplusplus toml++/toml.h)
hitscope_header_only(eigen3 Eigen/Core PATH_SUFFIXES eigen3)

find_path(HITSCOPE_KISSFFT_INCLUDE kissfft/kiss_fftr.h REQUIRED)
find_library(HITSCOPE_KISSFFT_LIBRARY kissfft-float REQUIRED)
add_library(hitscope_dep_kissfft INTERFACE)
target_include_directories(hitscope_dep_kissfft SYSTEM INTERFACE ${HITSCOPE_KISSFFT_INCLUDE})
target_link_libraries(hitscope_dep_kissfft INTERFACE ${HITSCOPE_KISSFFT_LIBRARY})
add_library(hitscope::kissfft ALIAS hitscope_dep_kissfft)

find_path(HITSCOPE_XGBOOST_INCLUDE xgboost/c_api.h REQUIRED)
find_library(HITSCOPE_XGBOOST_LIBRARY xgboost REQUIRED)
add_library(hitscope_dep_xgboost INTERFACE)
target_include_directories(hitscope_dep_xgboost SYSTEM INTERFACE ${HITSCOPE_XGBOOST_INCLUDE})
target_link_libraries(hitscope_dep_xgboost INTERFACE ${HITSCOPE_XGBOOST_LIBRARY})
add_library(hitscope::xgboost ALIAS hitscope_dep_xgboost)

if(HITSCOPE_TESTS)
  find_package(GTest REQUIRED)
endif()
