# How the Python package comes into build/python/venv: as a wheel, built there and installed. Sourced, never run;
# needs common.sh, `script/bootstrap test` and the release build.
#
# The wheel's rooms are the libraries of build/release, so that only the bindings are compiled, and only where
# they changed (build/python/reuse is kept). `pip install .` compiles everything; the flags are the same.
# shellcheck shell=sh disable=SC2154

build_wheel() {
  wheel_python=$root/build/python/venv/bin/python
  rm -rf "$root/build/python/wheel"
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
  fi
  CMAKE_BUILD_PARALLEL_LEVEL=$jobs "$wheel_python" -m pip wheel "$root" --quiet --disable-pip-version-check \
    --no-build-isolation --no-deps --wheel-dir "$root/build/python/wheel" "--config-settings=build-dir=$root/build/python/reuse" \
    "--config-settings=cmake.define.HITSCOPE_ROOMS_FROM=$root/build/release" &&
    "$wheel_python" -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall \
      "$root"/build/python/wheel/*.whl
}
