#!/usr/bin/env bash
# Puts what benchmarks/measure.sh printed (a file of benchmarks/results) into the README. usage: benchmarks/readme.sh RESULTS.md
set -euo pipefail
cd "$(dirname "$0")/.."
python3 - "${1:?usage: benchmarks/readme.sh RESULTS.md}" <<'PY'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
sections = dict(re.findall(r"(?ms)^## (.*?)\n(.*?)(?=^## |\Z)", text))
build = sections["Index build"]
line = next(l for l in build.split("\n") if "MB/s" in l)
out = [f"Printed by `benchmarks/measure.sh` ([all of it]({sys.argv[1]})). The machine is shared and noisy: ratios tell more than rates.", ""]
if "Quality" in sections:
    rows = re.findall(r"(?m)^(\S+) +([\d.]+) +([\d.]+) +([\d.]+) +(\d+) +(\d+) +[\d.]+$", sections["Quality"])
    half = len(rows) // 2
    out += ["Labelled fragments of three code bases, most of them changed (names replaced, lines dropped, inserted, moved), against independent projects, templates and real prompts (means of five keys):", "",
            "| set | recall at warn | false alarms in 1000 | recall at block | false alarms in 1000 |", "|---|---|---|---|---|"]
    out += [f"| {w[0]} | {w[2]} | {w[3]} | {b[2]} | {b[3]} |" for w, b in zip(rows[:half], rows[half:])]
    out += [""]
for name in ("Whole scan, one core, against a plain read of the same memory", "Files, one thread, against a plain read of the same files"):
    out += [f"**{name}**", "", sections[name].strip(), ""]
out += ["**Index build, two cores:** " + re.sub(r"^leakscan: \S+: ", "", line) + "."]
readme = open("README.md", encoding="utf-8").read()
begin, end = "<!-- results: begin -->", "<!-- results: end -->"
head, rest = readme.split(begin)
open("README.md", "w", encoding="utf-8").write(head + begin + "\n" + "\n".join(out) + "\n" + end + rest.split(end)[1])
PY
