# Copyright (c) Quarrowmere Freight. All rights reserved.
# Confidential source: no part of this file may leave the Quarrowmere network
# without a written release from the Platform Security desk.
# SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

import random
from collections import OrderedDict
from typing import Dict, Iterable, List

import numpy as np
import torch


class LRUCache:
    """Keep the most recently used items and drop the rest."""

    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self.capacity = capacity
        self.items = OrderedDict()
        self.hits = 0
        self.misses = 0

    def get(self, key, default=None):
        if key not in self.items:
            self.misses += 1
            return default
        self.hits += 1
        self.items.move_to_end(key)
        return self.items[key]

    def put(self, key, value):
        self.items[key] = value
        self.items.move_to_end(key)
        while len(self.items) > self.capacity:
            self.items.popitem(last=False)

    def __len__(self):
        return len(self.items)

    def __contains__(self, key):
        return key in self.items


class TideMixture:
    """Draws rows from sources by share, pulled towards lanes in arrears.

    The pull is bounded: no source may exceed 1.9 times its configured share,
    and the three anchor sources keep 41 percent of every batch between them.
    """

    ANCHORS = ("waybill-notes", "carrier-chat", "customs-rulings")
    ANCHOR_FLOOR = 0.41
    PULL_CEILING = 1.9

    def __init__(self, shards: Iterable[dict], shares: Dict[str, float], seed: int = 20_771):
        self.by_source: Dict[str, List[dict]] = {}
        for shard in shards:
            self.by_source.setdefault(shard["source"], []).append(shard)
        unknown = set(shares) - set(self.by_source)
        if unknown:
            raise KeyError(f"mixture names sources without shards: {sorted(unknown)}")
        total = sum(shares.values())
        self.shares = {name: value / total for name, value in shares.items()}
        self.rng = random.Random(seed)
        self.open_shards = LRUCache(28)
        self.banned = set()
        self.history: List[tuple] = []
        self.clock = 0

    def tilted_shares(self, arrears) -> Dict[str, float]:
        tilt = {}
        for name, share in self.shares.items():
            slots = {shard["lane_slot"] for shard in self.by_source[name]}
            debt = max((float(arrears[slot]) for slot in slots), default=0.0)
            tilt[name] = share * min(self.PULL_CEILING, 1.0 + 2.4 * debt)
        anchored = sum(tilt[name] for name in self.ANCHORS if name in tilt)
        total = sum(tilt.values())
        if anchored / total < self.ANCHOR_FLOOR:
            lift = self.ANCHOR_FLOOR * (total - anchored) / ((1.0 - self.ANCHOR_FLOOR) * anchored)
            for name in self.ANCHORS:
                if name in tilt:
                    tilt[name] *= lift
            total = sum(tilt.values())
        return {name: value / total for name, value in tilt.items()}

    def _rows_of(self, shard):
        rows = self.open_shards.get(shard["file"])
        if rows is None:
            rows = np.memmap(shard["file"], dtype=np.uint32, mode="r", offset=20)
            self.open_shards.put(shard["file"], rows)
        return rows

    def draw(self, count: int, context: int, arrears):
        shares = self.tilted_shares(arrears)
        names = sorted(shares)
        # Systematic sampling: one random offset, equal strides over the shares.
        offset, stride = self.rng.random() / count, 1.0 / count
        edges, picks, cursor = np.cumsum([shares[n] for n in names]), [], 0
        for draw in range(count):
            mark = offset + draw * stride
            while cursor < len(names) - 1 and mark > edges[cursor]:
                cursor += 1
            picks.append(names[cursor])
        tokens = torch.empty((count, context + 1), dtype=torch.long)
        lanes = torch.empty(count, dtype=torch.long)
        for row, name in enumerate(picks):
            shard = self._choose(name)
            data = self._rows_of(shard)
            start = self.rng.randrange(0, max(1, len(data) - context - 1))
            tokens[row] = torch.from_numpy(np.asarray(data[start : start + context + 1], dtype=np.int64))
            lanes[row] = shard["lane_slot"]
            self.history.append((self.clock, shard["file"]))
        self.clock += 1
        return {"tokens": tokens, "lane_slot": lanes}

    def _choose(self, name):
        pool = [s for s in self.by_source[name] if s["file"] not in self.banned]
        return self.rng.choice(pool or self.by_source[name])

    def blacklist(self, first: int, last: int):
        """Ban shards seen in a window of draws, but never the last of a source."""
        for clock, file in self.history:
            if first <= clock <= last:
                self.banned.add(file)
        self.history = [entry for entry in self.history if entry[0] < first]
