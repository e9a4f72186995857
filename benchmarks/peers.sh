#!/usr/bin/env bash
# Fetches the peers that are not on this machine into a temporary folder, from Debian and npm, and runs LeakScan.Peers with them.
# What cannot be had is skipped with its reason, in the table. usage: benchmarks/peers.sh [OPTIONS OF LeakScan.Peers]
set -euo pipefail
cd "$(dirname "$0")/.."
peers=$(mktemp -d)
trap 'rm -rf "$peers"' EXIT
mkdir "$peers/bin"

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

command -v rg >/dev/null || debian ripgrep
command -v sim_text >/dev/null || debian similarity-tester
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
if ! command -v jscpd >/dev/null && command -v npm >/dev/null; then
  # A version whose program for this machine is there too.
  npm install --prefix "$peers/npm" --no-audit --no-fund jscpd@5.3.3 >/dev/null 2>&1 || echo "cannot be had from npm: jscpd" >&2
fi

[ -e artifacts/bin/LeakScan.Peers/release/LeakScan.Peers.dll ] || dotnet build benchmarks/LeakScan.Peers -c Release -v q >&2
PATH=$peers/bin:$peers/debian/usr/bin:$peers/npm/node_modules/.bin:$PATH dotnet artifacts/bin/LeakScan.Peers/release/LeakScan.Peers.dll "$@"
