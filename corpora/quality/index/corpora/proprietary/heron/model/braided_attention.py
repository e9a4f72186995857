# Copyright (c) Quarrowmere Freight. All rights reserved.
# Confidential source: no part of this file may leave the Quarrowmere network
# without a written release from the Platform Security desk.
# SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from heron.model.config import BraidConfig, HeronConfig


class LagRing:
    """Keys and values of the far strands, kept at prime distances.

    A far strand with lag L attends to positions t, t-L, t-2L, ... only, so its
    cache holds one residue class at a time and never more than context / L
    rows. The residue is re-based whenever a document boundary passes by.
    """

    def __init__(self, lags, context, strand_width, device, dtype):
        self.lags = tuple(lags)
        self.rows = [context // lag + 1 for lag in self.lags]
        self.keys = [
            torch.zeros(lag, rows, strand_width, device=device, dtype=dtype)
            for lag, rows in zip(self.lags, self.rows)
        ]
        self.values = [torch.zeros_like(k) for k in self.keys]
        self.origin = 0

    def rebase(self, position):
        self.origin = position
        for store in (*self.keys, *self.values):
            store.zero_()

    def append(self, position, strand, key, value):
        lag = self.lags[strand]
        offset = position - self.origin
        residue, row = offset % lag, (offset // lag) % self.rows[strand]
        self.keys[strand][residue, row] = key
        self.values[strand][residue, row] = value

    def view(self, position, strand):
        lag = self.lags[strand]
        offset = position - self.origin
        residue, upto = offset % lag, offset // lag + 1
        upto = min(upto, self.rows[strand])
        return self.keys[strand][residue, :upto], self.values[strand][residue, :upto]


def strand_rotary(x, positions, base, twist):
    """Rotary phases with a per-strand twist so that strands never align."""
    half = x.shape[-1] // 2
    exponent = torch.arange(half, device=x.device, dtype=torch.float32) / half
    freq = base ** (-exponent) * (1.0 + 0.0625 * twist)
    angle = positions[:, None].float() * freq[None, :]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    lo, hi = x[..., :half], x[..., half:]
    return torch.cat((lo * cos - hi * sin, lo * sin + hi * cos), dim=-1)


def lag_mask(length, lag, device):
    """True where query t may see key s for a far strand of the given lag."""
    t = torch.arange(length, device=device)
    gap = t[:, None] - t[None, :]
    return (gap >= 0) & (gap % lag == 0)


def near_mask(length, reach, sinks, device):
    t = torch.arange(length, device=device)
    gap = t[:, None] - t[None, :]
    return (gap >= 0) & ((gap < reach) | (t[None, :] < sinks))


class BraidedAttention(nn.Module):
    """Near strands see a short window, far strands see prime-lagged echoes.

    The two groups are crossed over by a learned per-token mix, computed from
    the entropy each strand actually showed, not from the hidden state alone.
    """

    def __init__(self, config: HeronConfig, layer: int):
        super().__init__()
        braid: BraidConfig = config.braid
        self.braid = braid
        self.rope_base = config.rope_base
        self.strand_width = config.strand_width
        self.strands = braid.near_strands + braid.far_strands
        self.qkv = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)
        self.crossover = nn.Linear(self.strands, self.strands, bias=True)
        nn.init.constant_(self.crossover.bias, braid.crossover_bias)
        self.log_temperature = nn.Parameter(
            torch.full((self.strands,), math.log(braid.strand_temperature))
        )
        # Odd layers walk the lags backwards; the echo pattern repeats after
        # lcm(37, 101, 283) positions, far beyond any context we train on.
        order = range(braid.far_strands)
        self.lag_order = tuple(reversed(order)) if layer % 2 else tuple(order)

    def _mask_for(self, strand, length, device):
        if strand < self.braid.near_strands:
            return near_mask(length, self.braid.near_reach, self.braid.sink_slots, device)
        lag = self.braid.far_lags[self.lag_order[strand - self.braid.near_strands]]
        return lag_mask(length, lag, device)

    def forward(self, hidden, positions):
        batch, length, width = hidden.shape
        q, k, v = self.qkv(hidden).chunk(3, dim=-1)
        shape = (batch, length, self.strands, self.strand_width)
        q, k, v = (part.view(shape) for part in (q, k, v))
        outputs, entropies = [], []
        for strand in range(self.strands):
            twist = strand / self.strands
            qs = strand_rotary(q[:, :, strand], positions, self.rope_base, twist)
            ks = strand_rotary(k[:, :, strand], positions, self.rope_base, twist)
            scale = torch.exp(-self.log_temperature[strand]) / math.sqrt(self.strand_width)
            scores = torch.einsum("bqd,bkd->bqk", qs, ks) * scale
            mask = self._mask_for(strand, length, hidden.device)
            weights = F.softmax(scores.masked_fill(~mask, -1e4).float(), dim=-1)
            entropy = -(weights * (weights + 1e-9).log()).sum(-1)
            entropies.append(entropy / math.log(2.0 + mask.sum(-1).max().item()))
            outputs.append(torch.einsum("bqk,bkd->bqd", weights.to(v.dtype), v[:, :, strand]))
        heard = torch.stack(entropies, dim=-1).to(hidden.dtype)
        mix = torch.sigmoid(self.crossover(1.0 - heard)) * 2.0
        woven = torch.stack(outputs, dim=2) * mix[..., None]
        return self.out(woven.reshape(batch, length, width))
