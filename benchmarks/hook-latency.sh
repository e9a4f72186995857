#!/usr/bin/env bash
# Prints how long a hook takes as a whole process, medians of 50 runs, with an index of about 1 M and of about 16 M fingerprints.
# usage: benchmarks/hook-latency.sh TEXT [BYTES BYTES]
#   TEXT  a folder of texts to make the indexes and messages of; no file of it need be large
#   BYTES of text in the smaller and in the larger index
# Needs 3 GB of disk under ${TMPDIR:-/tmp}. What else runs on the machine counts: the least time tells what the hook costs.
set -euo pipefail
cd "$(dirname "$0")/.."
text=${1:?usage: benchmarks/hook-latency.sh TEXT [BYTES BYTES]}
small=${2:-45000000} large=${3:-1450000000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet publish src/LeakScan.Cli -c Release -r linux-x64 -o "$work/cli" -v q >&2
dotnet build benchmarks/LeakScan.Benchmarks -c Release -v q >&2
bench="dotnet artifacts/bin/LeakScan.Benchmarks/release/LeakScan.Benchmarks.dll"
index() { # name, bytes
  $bench make-text "$text" "$2" "$work/text" >&2
  "$work/cli/leakscan" index build -o "$work/$1.lsi" --key-file "$work/key" "$work/text" >&2
  rm -r "$work/text"
}
# Text in which nothing is protected, as most is: the sources of LeakScan.
find src -name '*.cs' -print0 | sort -z | xargs -0 cat > "$work/outgoing.txt"
index small "$small"
index large "$large"
$bench hook-latency "$work/cli/leakscan" "$work/key" "$work/outgoing.txt" "$work/small.lsi" "$work/large.lsi"
