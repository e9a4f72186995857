#!/usr/bin/env bash
# Puts tables that benchmarks/measure.sh printed (a file of benchmarks/results) into the README. usage: benchmarks/readme.sh RESULTS.md
set -euo pipefail
cd "$(dirname "$0")/.."
python3 - "${1:?usage: benchmarks/readme.sh RESULTS.md}" <<'PY'
import glob, os, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
sections = {name: body.strip() for name, body in re.findall(r"(?ms)^## (.*?)\n(.*?)(?=^## |\Z)", text)}
others = "".join(f"; [{os.path.basename(other)[:-3]}]({other})" for other in sorted(glob.glob("benchmarks/results/*.md")) if not os.path.samefile(other, sys.argv[1]))
out = [f"Printed by `benchmarks/measure.sh` ([all of it]({sys.argv[1]}){others}; [how](docs/benchmarking.md)). The machine is shared and noisy: ratios tell more than rates.", ""]
def tables(section): # each as a list of rows of cells; of a range over keys only the mean
    for lines in re.findall(r"(?m)(?:^\|.*\n?)+", section):
        rows = [[re.sub(r" \(\S+ to \S+\)", "", cell.strip()) for cell in line.strip("|").split("|")] for line in lines.strip().split("\n")]
        yield rows[0], rows[2:]
def table(head, rows):
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + ["| " + " | ".join(row) + " |" for row in rows] + [""]
if "Quality" in sections:
    head, rows = next(tables(sections["Quality"]))
    columns = [head.index("set"), head.index("recall at warn"), head.index("false alarms in 1000"), head.index("recall at block"), len(head) - 1 - head[::-1].index("false alarms in 1000"), head.index("right file of the first three")]
    out += ["Labelled fragments of code bases and documents, most of them changed (names replaced, lines dropped, inserted, moved), against independent projects, templates and real prompts, and real sessions with coding tools (means of five keys):", ""]
    out += table([head[c] for c in columns], [[row[c] for c in columns] for row in rows])
if "Quality beside others" in sections:
    rows = [row for _, rows in tables(sections["Quality beside others"]) for row in rows]
    tools = list(dict.fromkeys(row[1] for row in rows))
    auc = {(row[0], row[1]): row[3] for row in rows}
    sets = list(dict.fromkeys(row[0] for row in rows))
    number = lambda cell: cell if re.fullmatch(r"[\d.]+", cell) else ""
    out += ["How well each tool puts what was taken from the protected files before what was not (area under the ROC curve; `pairs-` are labelled plagiarism; empty where a tool cannot be run):", ""]
    out += table(["", *sets], [[tool, *(number(auc.get((s, tool), "")) for s in sets)] for tool in tools])
shown = ["Headline", "Whole scan by index size, depth and threads", "Whole scan, a large index", "Whole scan by tier", "Whole scan by kind of text", "Whole scan by hit rate", "Whole scan by record size", "Verbatim text alone, and changed code too",
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
