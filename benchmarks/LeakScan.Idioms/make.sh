#!/usr/bin/env bash
# Makes the idiom model anew: src/LeakScan/Indexing/idioms.bin, and idioms.tsv, the list of the packages it was made of.
# usage: benchmarks/LeakScan.Idioms/make.sh WORK
#   WORK  a folder for the packages: 6 GB, reused when it is there. Needs apt (after apt-get update), npm, and 4 GB of memory.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${1:?usage: benchmarks/LeakScan.Idioms/make.sh WORK}
python3 benchmarks/LeakScan.Idioms/fetch.py "$work"
dotnet run --project benchmarks/LeakScan.Idioms -c Release -- "$work/text" src/LeakScan/Indexing/idioms.bin 2600000
cp "$work/sources.tsv" src/LeakScan/Indexing/idioms.tsv
