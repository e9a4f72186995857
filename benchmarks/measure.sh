#!/usr/bin/env bash
# Prints every table of the README. usage: benchmarks/measure.sh EVAL [SETS...]
#   EVAL  a folder of texts to measure with: sessions/ in it holds real sessions
#   SETS  labelled sets (folders with index/ and outgoing.jsonl), scored by EVAL/run.py
# Needs 8 GB of disk under ${TMPDIR:-/tmp} and 12 GB of memory. Machines are shared and noisy: compare ratios, not rates.
set -euo pipefail
cd "$(dirname "$0")/.."
eval=${1:?usage: benchmarks/measure.sh EVAL [SETS...]}
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet publish src/LeakScan.Cli -c Release -o "$work/cli" -v q >&2
dotnet build benchmarks/LeakScan.Benchmarks -c Release -v q >&2
bench="dotnet artifacts/bin/LeakScan.Benchmarks/release/LeakScan.Benchmarks.dll"

echo "## Whole scan, one core, against a plain read of the same memory"
$bench rates --gigabytes 1 --sizes 1,16
echo
echo "## Files, one thread, against a plain read of the same files"
$bench make-text "$eval" 2000000000 "$work/text" >&2
find "$work/text" -type f -print0 | sort -z | xargs -0 cat > "$work/text-2gb.txt"
$bench files corpora/proprietary "$eval/sessions" "$work/text-2gb.txt"
rm "$work/text-2gb.txt"
echo
echo "## Index build"
"$work/cli/leakscan" index build -o "$work/corp.lsi" --key-file "$work/key" "$work/text" 2>&1
"$work/cli/leakscan" index info --key-file "$work/key" "$work/corp.lsi"
if [ $# -gt 0 ]; then
  echo
  echo "## Quality"
  # Which fingerprints an index has depends on its key, and so do these figures a little.
  for at in warn block; do
    echo "at $at, mean of five keys:"
    for key in 1 2 3 4 5; do
      python3 "$eval/run.py" --leakscan "$work/cli/leakscan" --fail-at $at --quiet "$@" 2>/dev/null | { [ $key -eq 1 ] && cat || grep -v '^set '; }
    done | awk '!NF { next } /^set / { print; next }
      !($1 in runs) { names[++sets] = $1 } { runs[$1]++; for (i = 2; i <= NF; i++) sum[$1, i] += $i }
      END { for (j = 1; j <= sets; j++) { s = names[j]; n = runs[s]
        printf "%-32s %14.4f %8.4f %8.2f %9d %9d %8.1f\n", s, sum[s, 2] / n, sum[s, 3] / n, sum[s, 4] / n, sum[s, 5] / n, sum[s, 6] / n, sum[s, 7] / n } }'
  done
fi
