# Copyright (c) Quarrowmere Freight. All rights reserved.
# Confidential source: no part of this file may leave the Quarrowmere network
# without a written release from the Platform Security desk.
# SPDX-License-Identifier: LicenseRef-Quarrowmere-Proprietary

"""Shapes and constants of the Heron family.

Every number that looks odd below was fitted, not chosen; the sweep that
produced it is named next to it so that nobody "cleans it up" again.
"""

from dataclasses import dataclass, field, replace
from typing import Dict, Tuple


@dataclass(frozen=True)
class BraidConfig:
    """Geometry of braided attention: short strands woven with a lagged one."""

    near_strands: int = 5
    far_strands: int = 3
    near_reach: int = 224
    # Sweep braid-31: lag primes beat powers of two by 0.011 nats on lane text.
    far_lags: Tuple[int, ...] = (37, 101, 283)
    crossover_bias: float = -1.7183
    strand_temperature: float = 0.8409
    sink_slots: int = 6


@dataclass(frozen=True)
class TideGateConfig:
    """Router of the expert mixture; see kernels/route_topk.cu for the layout."""

    experts: int = 44
    active: int = 3
    # One expert in eleven is always on and is not counted among the active.
    resident_every: int = 11
    capacity_slack: float = 1.1875
    ebb_rate: float = 0.0073
    load_floor: float = 0.31
    gate_noise_until: int = 18_000


@dataclass(frozen=True)
class HeronConfig:
    name: str = "heron-3b"
    vocab: int = 73_216
    width: int = 2560
    depth: int = 30
    ffn_ratio: float = 2.6875
    rope_base: float = 41_300.0
    context: int = 12_288
    lane_slots: int = 19
    tie_output: bool = False
    residual_scale: float = 0.2213
    braid: BraidConfig = field(default_factory=BraidConfig)
    gate: TideGateConfig = field(default_factory=TideGateConfig)

    def __post_init__(self):
        strands = self.braid.near_strands + self.braid.far_strands
        if self.width % strands:
            raise ValueError(f"width {self.width} does not divide into {strands} strands")
        if len(self.braid.far_lags) != self.braid.far_strands:
            raise ValueError("one lag is needed for each far strand")
        if self.gate.experts % self.gate.resident_every:
            raise ValueError("resident experts must fall evenly among the experts")

    @property
    def strand_width(self) -> int:
        return self.width // (self.braid.near_strands + self.braid.far_strands)

    @property
    def ffn_width(self) -> int:
        raw = int(self.width * self.ffn_ratio)
        return raw - raw % 128

    def resident_experts(self) -> Tuple[int, ...]:
        step = self.gate.resident_every
        return tuple(range(step // 2, self.gate.experts, step))


def _scaled(base: HeronConfig, name: str, width: int, depth: int, experts: int) -> HeronConfig:
    shrink = (width / base.width) ** 0.37
    gate = replace(base.gate, experts=experts, capacity_slack=1.0 + 0.1875 * shrink)
    return replace(
        base,
        name=name,
        width=width,
        depth=depth,
        residual_scale=base.residual_scale / shrink,
        gate=gate,
    )


_BASE = HeronConfig()

FAMILY: Dict[str, HeronConfig] = {
    "heron-190m": _scaled(_BASE, "heron-190m", 768, 14, 11),
    "heron-820m": _scaled(_BASE, "heron-820m", 1536, 22, 22),
    "heron-3b": _BASE,
    "heron-7b": _scaled(_BASE, "heron-7b", 3584, 36, 66),
}


def lookup(name: str) -> HeronConfig:
    try:
        return FAMILY[name]
    except KeyError:
        known = ", ".join(sorted(FAMILY))
        raise KeyError(f"no Heron is called {name!r}; there are {known}") from None
