#!/usr/bin/env python3
"""MinHash as textbooks have it: sets of 5-word shingles, 128 permutations, 32 bands of 4 rows, a candidate confirmed where a third
of the minima agree. Chunks of 12 lines, half overlapping, since a passage never resembles a whole file.

minhash.py PROTECTED < NAMES OF RECORD FILES, each with a number for a name

Prints the numbers of records that resemble something, then the seconds that their sketching and comparing took.
"""
import os
import re
import sys
import time
import zlib

try:
    import numpy as np
except ImportError:
    print("python3 has no numpy", file=sys.stderr)
    sys.exit(2)

PERMUTATIONS, ROWS, WORDS, LINES, AGREE = 128, 4, 5, 12, 1 / 3
PRIME = np.uint64((1 << 31) - 1)
random = np.random.default_rng(1)
A = random.integers(1, int(PRIME), PERMUTATIONS, dtype=np.uint64)[:, None]
B = random.integers(0, int(PRIME), PERMUTATIONS, dtype=np.uint64)[:, None]
WORD = re.compile(rb"\w+")


def sketches(text):
    lines = text.split(b"\n")
    for start in range(0, max(1, len(lines) - LINES // 2), LINES // 2):
        words = WORD.findall(b"\n".join(lines[start:start + LINES]))
        shingles = {zlib.crc32(b" ".join(words[i:i + WORDS])) & 0x7FFFFFFF for i in range(len(words) - WORDS + 1)}
        if shingles:
            x = np.fromiter(shingles, dtype=np.uint64, count=len(shingles))
            yield ((A * x + B) % PRIME).min(axis=1)


def bands(sketch):
    for row in range(0, PERMUTATIONS, ROWS):
        yield row, sketch[row:row + ROWS].tobytes()


buckets = {}
for name in sorted(os.listdir(sys.argv[1])):
    with open(os.path.join(sys.argv[1], name), "rb") as file:
        for sketch in sketches(file.read()):
            for band in bands(sketch):
                buckets.setdefault(band, []).append(sketch)

records = []
for name in sys.stdin.read().split("\n"):
    if name:
        with open(name, "rb") as file:
            records.append((int(os.path.splitext(os.path.basename(name))[0]), file.read()))

begin = time.perf_counter()
suspects = [number for number, text in records
            if any((sketch == other).mean() >= AGREE for sketch in sketches(text) for band in bands(sketch) for other in buckets.get(band, ()))]
seconds = time.perf_counter() - begin
for number in suspects:
    print(number)
print(seconds)
