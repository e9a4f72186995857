#!/usr/bin/env bash
# Makes the model of idioms, that of templates or that of formats anew, and the list of the packages that it was made of, all in src/LeakScan/Indexing.
# usage: benchmarks/LeakScan.Idioms/make.sh idioms|templates|formats WORK
#   idioms     idioms.bin, structure-idioms.bin, idioms.tsv: hours, 12 GB of packages, 6 GB of memory
#   templates  templates.bin, templates.tsv: minutes, 2 GB of packages
#   formats    formats.bin, formats.tsv: half an hour, 4 GB of packages
#   WORK       a folder for the packages, reused when it is there. Needs apt (after apt-get update), npm, dotnet.
set -euo pipefail
cd "$(dirname "$0")/../.."
what=${1:?usage: benchmarks/LeakScan.Idioms/make.sh idioms|templates|formats WORK}
work=${2:?usage: benchmarks/LeakScan.Idioms/make.sh idioms|templates|formats WORK}
to=src/LeakScan/Indexing
python3 benchmarks/LeakScan.Idioms/fetch.py "$what" "$work"
make() { dotnet run --project benchmarks/LeakScan.Idioms -c Release -- "$1" "$work/$what" "$to/$2" "$3" "$4"; }
case $what in
  idioms)
    make grams idioms.bin 3 6000000
    make shingles structure-idioms.bin 3 900000 ;;
  templates)
    make grams templates.bin 1 10000000 ;;
  formats)
    make formats formats.bin 2 4000000 ;;
esac
cp "$work/$what.tsv" "$to/"
