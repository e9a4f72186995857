#!/usr/bin/env bash
# Measures everything and writes it to benchmarks/results/CPU-INSTRUCTIONS-N-cores.md, each table under the command that printed it.
# usage: benchmarks/measure.sh [--tiny|--large] [--only PARTS] EVAL [SETS...]
#   --tiny  everything once on little data, printed and not kept: shows that it works; its figures mean nothing
#   --large also an index of 128 million fingerprints: 2 GB more of disk, 6 GB more of memory
#   --only  some of "scans tiers latency hooks sessions sketches files headline build quality quality-peers peers": the file keeps what it has of the others
#   EVAL    a folder of texts to measure with: sessions/ in it holds real sessions
#   SETS    labelled sets (folders with index/ and outgoing.jsonl)
# Needs 25 GB of disk under ${TMPDIR:-/tmp} and 16 GB of memory, 1.5 hours. Machines are shared and noisy: compare ratios, not rates.
set -euo pipefail
cd "$(dirname "$0")/.."
tiny= large= parts="scans tiers latency hooks sessions sketches files headline build quality quality-peers peers"
while [ $# -gt 0 ]; do
  case $1 in
    --tiny) tiny=1; shift ;;
    --large) large=1; shift ;;
    --only) parts=$2; shift 2 ;;
    *) break ;;
  esac
done
eval=${1:?usage: benchmarks/measure.sh [--tiny|--large] [--only PARTS] EVAL [SETS...]}
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
size() { if [ -n "$tiny" ]; then echo "$2"; else echo "$1"; fi; } # full size, tiny size
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1 | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9-')
isa= # virtual machines often tell no more of a processor than its maker
for flag in avx512_vbmi2 avx2; do
  if grep -qsw "$flag" /proc/cpuinfo; then
    isa=-${flag%_*}
    break
  fi
done
results=benchmarks/results/${cpu:-$(uname -m)}$isa-$(nproc)-cores.md
[ -z "$tiny" ] || results=$work/results.md

for part in $parts; do
  # Quality is measured in process.
  [[ $part == quality* ]] || { dotnet publish src/LeakScan.Cli -c Release -o "$work/cli" -v q >&2; break; }
done
dotnet build benchmarks/LeakScan.Quality -c Release -v q >&2 # and with it LeakScan.Benchmarks, LeakScan.Peers
bench() { # verb, arguments: prints the command and its table
  echo "\`dotnet run --project benchmarks/LeakScan.Benchmarks -c Release -- $*\`" | sed "s|$work|WORK|g; s|$eval|EVAL|g"
  echo
  dotnet artifacts/bin/LeakScan.Benchmarks/release/LeakScan.Benchmarks.dll "$@"
}

scans() {
  local gigabytes=$(size 1 0.02) quarter=$(size 0.25 0.02) one=$(size 1 0.1) many=$(size 16 0.2) runs=$(size 5 1)
  printf '## Whole scan by index size, depth and threads\n'
  bench scan-table --millions "$one,$many" --depths coarse,fine --threads 1,2 --gigabytes "$gigabytes" --runs "$runs"
  printf '\n## Whole scan by tier\n'
  bench scan-table --tiers avx512,avx2,v128,scalar --millions "$many" --threads 1,2 --gigabytes "$quarter" --runs "$runs"
  if [ -n "$large" ]; then
    printf '\n## Whole scan, a large index\n'
    bench scan-table --millions 128 --threads 1,2 --gigabytes "$gigabytes" --runs "$runs"
  fi
  printf '\n## Whole scan by kind of text\n'
  bench scan-table --millions "$many" --texts code,prose,json,cjk,base64,minified --gigabytes "$quarter" --runs "$runs"
  printf '\n## Whole scan by hit rate\n'
  bench scan-table --millions "$many" --texts code --hits none,rare,dense --record-bytes 4096 --depths auto --gigabytes "$quarter" --runs "$runs"
  printf '\n## Whole scan by record size\n'
  bench scan-table --millions "$many" --record-bytes 64,1024,16384,262144,16777216 --depths auto --gigabytes "$quarter" --runs "$runs"
}

tiers() {
  printf '\n## Verbatim text alone, and changed code too\n'
  bench tiers-table --megabytes "$(size 256 1)" --gigabytes "$(size 0.25 0.01)" --runs "$(size 5 1)"
}

latency() {
  printf '\n## Latency of one call\n'
  bench latency --millions "$(size 16 0.2)" --milliseconds "$(size 4000 200)"
}

sketches() {
  printf '\n## Sketches: accuracy\n'
  bench sketch-accuracy --trials "$(size 2000 300)" || echo "sketch-accuracy: above its limit" >&2
  printf '\n## Sketches: speed\n'
  bench sketch-compare --tiers avx512,avx2,v128,scalar --megabytes "$(size 1024 1)" --runs "$(size 7 1)"
  printf '\n## Sketches: bands\n'
  bench sketch-bands --sketches "$(size 1000,10000,100000,1000000 1000)" --runs "$(size 5 1)"
}

hooks() {
  printf '\n## Latency of a hook\n`benchmarks/hook-latency.sh EVAL`\n\n'
  benchmarks/hook-latency.sh "$eval" $(size "" "1000000 2000000")
}

sessions() {
  [ -d "$eval/sessions" ] || { echo "skipped sessions: there is no $eval/sessions" >&2; return; }
  # The sessions, and their text without the JSON, again and again in one file.
  python3 - "$eval/sessions" "$(size 2000000000 1000000)" "$work/sessions.txt" <<'PYTHON'
import json, pathlib, sys
def strings(value):
    if isinstance(value, str): yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value: yield from strings(inner)
lines = (line for file in sorted(pathlib.Path(sys.argv[1]).rglob("*.jsonl")) for line in file.open("rb"))
text = b"".join(("\n".join(strings(json.loads(line))) + "\n").encode("utf-8", "replace") for line in lines if line.strip())
with open(sys.argv[3], "wb") as out:
    while out.tell() < int(sys.argv[2]): out.write(text)
PYTHON
  printf '\n## Real sessions\n'
  bench files --millions "$(size 16 0.2)" --cli "$work/cli/leakscan" "$eval/sessions" "$work/sessions.txt"
  rm -f "$work/sessions.txt"
}

files() {
  local sessions bytes written
  mapfile -t sessions < <(find "$eval/sessions" -name '*.jsonl' | sort)
  bytes=$(cat "${sessions[@]}" | wc -c)
  for ((written = 0; written < $(size 8000000000 1000000); written += bytes)); do cat "${sessions[@]}"; done >"$work/sessions.jsonl"
  local inputs=("$work/sessions.jsonl")
  if command -v zstd >/dev/null; then
    zstd -q -3 "$work/sessions.jsonl" -o "$work/sessions.jsonl.zst"
    inputs+=("$work/sessions.jsonl.zst")
  else
    echo "skipped sessions.jsonl.zst: no zstd to make it with" >&2
  fi
  printf '\n## Files\n'
  bench files --millions "$(size 16 0.2)" --cli "$work/cli/leakscan" "${inputs[@]}"
  rm -f "$work"/sessions.jsonl*
}

headline() {
  local protect=()
  for set in "$@"; do protect+=(--protect "$set/index"); done
  printf '\n## Headline\n'
  bench headline --exchanges "$(size 28800000 100000)" --millions "$(size 16 0.2)" --from "$eval/sessions" "${protect[@]}" --cli "$work/cli/leakscan" --work "$work" | sed "s|$(dirname "${1:-$work}")|SETS|g"
}

build() {
  printf '\n## Index build\n`leakscan index build -o corp.lsi --key-file key text`, of %s bytes that `make-text` makes of EVAL\n\n' "$(size 2000000000 2000000)"
  bench make-text "$eval" "$(size 2000000000 2000000)" "$work/text" >&2
  "$work/cli/leakscan" index build -o "$work/corp.lsi" --key-file "$work/key" "$work/text" 2>&1 | sed "s|$work|WORK|g"
  "$work/cli/leakscan" index info --key-file "$work/key" "$work/corp.lsi" | sed "s|$work|WORK|g"
  rm -rf "$work/text" "$work/corp.lsi"
}

named() { # sets: without the folders that they are in
  local set
  for set in "$@"; do printf ' %s' "$(basename "$set")"; done
}

quality() {
  [ $# -gt 0 ] || { echo "skipped quality: no labelled sets given" >&2; return; }
  printf '\n## Quality\n`dotnet run --project benchmarks/LeakScan.Quality -c Release -- --slices%s`\n\n' "$(named "$@")"
  # The tables of each set are a section of their own, which the README leaves out.
  dotnet artifacts/bin/LeakScan.Quality/release/LeakScan.Quality.dll --slices --keys "$(size 5 1)" "$@" | awk '/^### / && !seen++ { print "## Quality in detail\n" } { print }'
}

quality-peers() {
  [ $# -gt 0 ] || { echo "skipped quality-peers: no labelled sets given" >&2; return; }
  printf '\n## Quality beside others\n`benchmarks/peers.sh --quality%s`\n\n' "$(named "$@")"
  benchmarks/peers.sh --quality "$@" --keys "$(size 5 1)"
}

peers() {
  printf '\n## Peers\n`benchmarks/peers.sh --megabytes %s --clean EVAL/sessions`\n\n' "$(size 64 2)"
  benchmarks/peers.sh --cli "$work/cli/leakscan" --megabytes "$(size 64 2)" --clean "$eval/sessions"
}

for part in $parts; do "$part" "$@"; done | tee "$work/out.md"

# A section of this run takes the place of the one of its name.
python3 - "$results" "$work/out.md" <<'PYTHON'
import os, re, sys
def sections(path):
    text = open(path).read() if os.path.exists(path) else ""
    return {s.split("\n", 1)[0]: s.rstrip("\n") for s in re.split(r"(?m)^(?=## )", text) if s.strip()}
merged = {**sections(sys.argv[1]), **sections(sys.argv[2])}
open(sys.argv[1], "w").write("\n\n".join(merged.values()) + "\n")
PYTHON
echo "$results" >&2
