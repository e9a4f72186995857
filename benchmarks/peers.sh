#!/usr/bin/env bash
# Fetches the peers that are not on this machine into a temporary folder, from Debian and npm, and runs LeakScan.Peers with them,
# or, with --quality, `LeakScan.Quality peers`. What cannot be had is skipped with its reason, in the table.
# usage: benchmarks/peers.sh [OPTIONS OF LeakScan.Peers]; benchmarks/peers.sh --quality SETS... [OPTIONS]
set -euo pipefail
cd "$(dirname "$0")/.."
peers=$(mktemp -d)
trap 'rm -rf "$peers"' EXIT
mkdir "$peers/bin"
quality=
if [ "${1:-}" = --quality ]; then
  quality=1
  shift
fi

download() { (cd "$peers/debs" && apt-get download -qq "$@" >/dev/null 2>&1); }

debian() { # packages: unpacked beside the system, not installed
  command -v apt-get >/dev/null || return 0
  mkdir -p "$peers/debs"
  chmod 755 "$peers" "$peers/debs"
  if ! download "$@"; then
    # A new machine has no list of packages yet.
    { [ "$(id -u)" = 0 ] && apt-get update -qq >/dev/null 2>&1 && download "$@"; } || echo "cannot be had from Debian: $*" >&2
  fi
  for package in "$peers"/debs/*.deb; do
    [ ! -e "$package" ] || dpkg -x "$package" "$peers/debian"
  done
}

npm_package() { # name@version
  command -v npm >/dev/null || return 0
  npm install --prefix "$peers/npm" --no-audit --no-fund "$1" >/dev/null 2>&1 || echo "cannot be had from npm: $1" >&2
}

command -v sim_text >/dev/null || debian similarity-tester
# A version whose program for this machine is there too.
command -v jscpd >/dev/null || npm_package jscpd@5.3.3
export PATH=$peers/bin:$peers/debian/usr/bin:$peers/npm/node_modules/.bin:$PATH

if [ -n "$quality" ]; then
  # Compiles a parser for each language: minutes.
  npm_package @dodona/dolos-lib@3.5.1
  [ ! -d "$peers/npm/node_modules/@dodona/dolos-lib" ] || set -- "$@" --dolos "$peers/npm"
  [ -e artifacts/bin/LeakScan.Quality/release/LeakScan.Quality.dll ] || dotnet build benchmarks/LeakScan.Quality -c Release -v q >&2
  dotnet artifacts/bin/LeakScan.Quality/release/LeakScan.Quality.dll peers "$@"
  exit
fi

command -v rg >/dev/null || debian ripgrep
if ! python3 -c 'import numpy' 2>/dev/null; then
  debian python3-numpy libblas3 liblapack3 libgfortran5
  lib=$peers/debian/usr/lib
  native=$lib/$(uname -m)-linux-gnu
  # Debian's module is for Debian's interpreter, which need not be the first one in PATH.
  cat >"$peers/bin/python3" <<EOF
#!/bin/sh
PYTHONPATH=$lib/python3/dist-packages LD_LIBRARY_PATH=$native:$native/blas:$native/lapack exec /usr/bin/python3 "\$@"
EOF
  chmod +x "$peers/bin/python3"
fi

[ -e artifacts/bin/LeakScan.Peers/release/LeakScan.Peers.dll ] || dotnet build benchmarks/LeakScan.Peers -c Release -v q >&2
dotnet artifacts/bin/LeakScan.Peers/release/LeakScan.Peers.dll "$@"
