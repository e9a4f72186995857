#!/usr/bin/env bash
# Puts tables that benchmarks/measure.sh printed (a file of benchmarks/results) into the README. usage: benchmarks/readme.sh RESULTS.md
set -euo pipefail
cd "$(dirname "$0")/.."
python3 - "${1:?usage: benchmarks/readme.sh RESULTS.md}" <<'PY'
import re, sys
text = open(sys.argv[1], encoding="utf-8").read()
sections = {name: body.strip() for name, body in re.findall(r"(?ms)^## (.*?)\n(.*?)(?=^## |\Z)", text)}
out = [f"Printed by `benchmarks/measure.sh` ([all of it]({sys.argv[1]}); [how](docs/benchmarking.md)). The machine is shared and noisy: ratios tell more than rates.", ""]
if "Quality" in sections:
    rows = re.findall(r"(?m)^(\S+) +([\d.]+) +([\d.]+) +([\d.]+) +(\d+) +(\d+) +[\d.]+$", sections["Quality"])
    half = len(rows) // 2
    out += ["Labelled fragments of three code bases, most of them changed (names replaced, lines dropped, inserted, moved), against independent projects, templates and real prompts (means of five keys):", "",
            "| set | recall at warn | false alarms in 1000 | recall at block | false alarms in 1000 |", "|---|---|---|---|---|"]
    out += [f"| {w[0]} | {w[2]} | {w[3]} | {b[2]} | {b[3]} |" for w, b in zip(rows[:half], rows[half:])]
    out += [""]
shown = ["Headline", "Whole scan by index size, depth and threads", "Whole scan, a large index", "Whole scan by tier", "Whole scan by kind of text", "Whole scan by hit rate", "Whole scan by record size",
         "Latency of one call", "Latency of a hook", "Real sessions", "Files", "Peers"]
for name in shown:
    if name in sections:
        out += [f"**{name}**", "", sections[name], ""]
if "Index build" in sections:
    line = next(l for l in sections["Index build"].split("\n") if "MB/s" in l)
    out += ["**Index build:** " + re.sub(r"^leakscan: \S+: ", "", line) + "."]
readme = open("README.md", encoding="utf-8").read()
begin, end = "<!-- results: begin -->", "<!-- results: end -->"
head, rest = readme.split(begin)
open("README.md", "w", encoding="utf-8").write(head + begin + "\n" + "\n".join(out).rstrip() + "\n" + end + rest.split(end)[1])
PY
