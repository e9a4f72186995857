#!/usr/bin/env bash
# Makes the idiom models anew: src/LeakScan/Indexing/idioms.bin (text) and structure-idioms.bin, and idioms.tsv, the list of
# the packages they were made of.
# usage: benchmarks/LeakScan.Idioms/make.sh WORK
#   WORK  a folder for the packages: 12 GB, reused when it is there. Needs apt (after apt-get update), npm, dotnet, and 6 GB of memory.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${1:?usage: benchmarks/LeakScan.Idioms/make.sh WORK}
python3 benchmarks/LeakScan.Idioms/fetch.py "$work"
dotnet run --project benchmarks/LeakScan.Idioms -c Release -- grams "$work/text" src/LeakScan/Indexing/idioms.bin 6000000
dotnet run --project benchmarks/LeakScan.Idioms -c Release -- shingles "$work/text" src/LeakScan/Indexing/structure-idioms.bin 900000
cp "$work/sources.tsv" src/LeakScan/Indexing/idioms.tsv
