#!/bin/sh
# Lays out what the image takes from a build, as it would stand in /.
#
# usage: image_tree.sh BUILD_FOLDER TREE
#
# Beside what `cmake --install` brings (stripped) these are: bin/hitscope-ready, and in share/doc/hitscope
# `packages` (Debian's packages of the shared libraries that the program names) and `build-parts.json` (what
# went into the program from headers and from npm) with the script that makes the list of parts from it.
set -eu
cd "$(dirname -- "$0")/../.."
build=$1 tree=$2
rm -rf "$tree"
cmake --install "$build" --prefix "$tree/usr" --strip >&2
install -m 755 deploy/hitscope-ready "$tree/usr/bin/"
doc=$tree/usr/share/doc/hitscope
mkdir -p "$doc"
cp script/support/sbom.py "$doc/"
python3 -I script/support/sbom.py packages "$tree/usr/bin/hitscope" >"$doc/packages"
python3 -I script/support/sbom.py parts web/package-lock.json >"$doc/build-parts.json"
